using System.Net;
using System.Text.RegularExpressions;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.EndToEnd.Tests.Faults;

/// <summary>An environment with one replica of an image that the engine has to pull, by ComposeUp or DeployStack.</summary>
public partial class ComposeStep(string name = "ComposeUp") : Step(name)
{
    private readonly int _port = RegistryServer.FreePort();
    private string _image = "";
    private string _project = "";

    public override string Arguments => $"{Name} --environment prod --retry-budget 5";

    public override IReadOnlyDictionary<string, string?> Variables => new Dictionary<string, string?>
    {
        ["COMPOSE_PROJECT_NAME"] = _project, [App.Variable("IMAGE")] = _image, [App.Variable("PORTS")] = $"{_port}", [App.Variable("REPLICAS")] = "1",
    };

    public override async Task PrepareAsync(Bench bench)
    {
        _project = $"acci-fault-{Guid.NewGuid():n}"[..20];
        var behind = ImageReference.Parse($"{bench.Server.Domain}/{_project}/{App.Name}");
        using var registry = OciRegistry.Of(behind);
        await registry.CopyAsync(bench.Published.WithDigest(bench.Digest), registry, behind, leftOut: []);
        _image = $"{bench.Registry.Domain}/{behind.Path}@{bench.Digest}";
    }

    public override Task<string?> DamageAsync(Bench bench) => Task.FromResult<string?>(null);

    public override async Task<string?> MissingAsync(Bench bench)
    {
        var port = await ReplicaPortAsync(bench) ?? $"{_port}";
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/health"));
            return answer.StatusCode == HttpStatusCode.OK ? null : $"{answer.StatusCode} is what the app answers";
        }
        catch (HttpRequestException exception)
        {
            return exception.Message;
        }
    }

    public override async Task<bool?> IsUntouchedAsync(Bench bench)
    {
        foreach (var kind in (string[])["ps -aq", "network ls -q", "volume ls -q"])
        {
            if ((await bench.ShellAsync($"{bench.Docker} {kind} --filter label={Label}={_project}-prod")).StandardOutput.Trim().Length > 0) return false;
        }

        return true;
    }

    public override async Task CleanAsync(Bench bench) => (await bench.BuildAsync(this, "ComposeDown --environment prod --delete-volumes")).AssertSucceeded();

    // A swarm without IPVS gives each replica a port of its own, so the engine is asked for it; a port of the whole swarm is no container's.
    private async Task<string?> ReplicaPortAsync(Bench bench)
    {
        var ports = await bench.ShellAsync($"{bench.Docker} ps --filter label={Label}={_project}-prod --format '{{{{.Ports}}}}'");
        return PublishedPort().Match(ports.StandardOutput) is { Success: true } match ? match.Groups["port"].Value : null;
    }

    [GeneratedRegex(@"(?:0\.0\.0\.0|127\.0\.0\.1):(?<port>\d+)->")]
    private static partial Regex PublishedPort();

    /// <summary>The label by which the engine knows what belongs to a project.</summary>
    protected virtual string Label => "com.docker.compose.project";
}
