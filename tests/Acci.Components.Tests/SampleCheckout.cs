using Acci.Components.Tests.Secrets;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Testing;
using Assert = Xunit.Assert;

namespace Acci.Components.Tests;

/// <summary>A checkout of a build that publishes an image, each of its targets in a process of its own, with stand-ins for docker and Trivy.</summary>
internal class SampleCheckout : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _registry;
    private readonly string _mirror;
    private readonly Recorders _programs;

    protected SampleCheckout(string registry, string mirror)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-ins are shell scripts.");
        (_registry, _mirror, RegistryArgument) = (registry, mirror, registry);
        _programs = new Recorders(_folder.Combine("stand-ins"), _folder.Combine("layout"), _folder.Combine("report.json"));
    }

    /// <summary>What is given with <c>--registry</c>.</summary>
    public string RegistryArgument { get; set; } = "";

    /// <summary>The user's folder.</summary>
    public string Home => _folder.Combine("home");

    /// <summary>What docker builds.</summary>
    public Digest Built { get; private set; }

    /// <summary>What the build's processes are started with.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>What the build started, but for a cosign that is no stand-in.</summary>
    public IReadOnlyList<(string Program, string Arguments, string Environment)> Started => _programs.Started;

    /// <summary>How often an image was scanned.</summary>
    public int Scans => Started.Count(x => x.Program == "trivy" && x.Arguments.Contains("--output\n", StringComparison.Ordinal));

    public ImageReference Repository => ImageReference.Parse($"{_registry}/app");

    public PublishRecord Record => PublishRecord.Read(Path.Combine(Root, "artifacts", "publish", "app.json"))!;

    public string Root => _folder.Combine("checkout");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="server">A registry for what builds need.</param>
    /// <param name="domain">The registry that images are published to, if it is another one.</param>
    /// <param name="cosign">What signs and verifies, if it is no stand-in.</param>
    public static async Task<SampleCheckout> CreateAsync(RegistryServer server, string? domain = null, string? cosign = null)
    {
        var checkout = new SampleCheckout(NewRegistry(domain ?? server.Domain), server.Domain);
        await checkout.PrepareAsync(server, cosign);
        return checkout;
    }

    /// <summary>A place in a registry that no other test uses.</summary>
    protected static string NewRegistry(string domain) => $"{domain}/owner-{Guid.NewGuid():n}";

    /// <summary>Writes its files.</summary>
    protected async Task PrepareAsync(RegistryServer server, string? cosign)
    {
        if (cosign is null) Variables["SigningKey"] = "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n";
        else await File.WriteAllTextAsync(Path.Combine(_programs.Programs, "cosign"), $"#!/bin/sh\nexec '{cosign}' \"$@\"\n", Cancellation);
        foreach (var folder in new[] { ".nuke", "../home" }) Directory.CreateDirectory(Path.Combine(Root, folder));
        await File.WriteAllTextAsync(Path.Combine(Root, "Dockerfile"), "FROM scratch\n", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(Root, ".gitignore"), "artifacts\n.nuke\n", Cancellation);
        foreach (var command in new[] { "init -q --initial-branch main", "add .", "-c user.name=Ada -c user.email=ada@example.com commit -q -m first" })
            await CommandRunner.RunAsync(new Command("git", command.Split(' ')) { WorkingDirectory = Root }, cancellationToken: Cancellation);
        await File.WriteAllTextAsync(_folder.Combine("report.json"), TrivyStandIn.Report([]), Cancellation);
        await WillBuildAsync("one");
        using var registry = server.Connect();
        var generator = ImageReference.Parse($"{server.Domain}/docker/buildkit-syft-scanner");
        await registry.PushAsync(await OciLayout.OpenAsync(_folder.Combine("layout"), Cancellation), generator, cancellationToken: Cancellation);
        await registry.PutTagAsync(generator, "stable-1", Built, Cancellation);
    }

    /// <summary>The next build makes another image.</summary>
    public async Task WillBuildAsync(string content)
    {
        var folder = _folder.Combine("layout");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Built = (await LayoutBuilder.WriteAttestedAsync(folder, content)).Root.Digest;
    }

    /// <summary>Runs targets. The image names no program, so none is started.</summary>
    public async Task<BuildRun> RunAsync(params string[] arguments)
    {
        var run = await BuildRun.StartAsync(
            BuildRun.Build, Root, [.. arguments, "--registry", RegistryArgument, "--image-mirror", _mirror],
            new Dictionary<string, string>(Variables)
            {
                ["SAMPLE_BUILD"] = "PublishBuild", ["HOME"] = _folder.Combine("home"), ["PATH"] = $"{_programs.Programs}:{Environment.GetEnvironmentVariable("PATH")}",
            });
        TestContext.Current.TestOutputHelper?.WriteLine($"{string.Join(' ', arguments)}: {run.ExitCode}\n{run.Output}{run.Errors}");
        return run;
    }

    /// <summary>Runs a command that was printed, where it was.</summary>
    public Task<CommandResult> TypedAsync(string command) => CommandRunner.TryRunAsync(
        new Command("sh", ["-c", command]) { WorkingDirectory = Root, Environment = Variables.ToDictionary(x => x.Key, x => (string?)x.Value) }, cancellationToken: Cancellation);

    /// <summary>Runs a command with the build's docker.</summary>
    public Task<CommandResult> ByHandAsync(string arguments) => CommandRunner.TryRunAsync(
        new Command(Path.Combine(_programs.Programs, "docker"), arguments.Split(' ')) { WorkingDirectory = Root }, cancellationToken: Cancellation);

    public void Dispose() => _folder.Dispose();
}
