using System.Diagnostics;
using System.Globalization;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.GitHub.StandIn;
using Acci.Oci;
using Acci.Testing;

namespace Acci.EndToEnd.Tests.Faults;

/// <summary>What faults are tried on: a checkout of its own, a registry and a stand-in for GitHub's API behind proxies that break, and a stand-in for Trivy.</summary>
public sealed class Bench(PublishedImage published) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);
    private static readonly Dictionary<string, string?> NoVariables = [];

    // The registry asks nobody for it, and programs are logged in with it all the same.
    private static readonly Mark Token = new("registry token", $"token-{Guid.NewGuid():n}");

    private readonly TemporaryDirectory _programs = new();
    private readonly TemporaryDirectory _temporary = new();
    private readonly Dictionary<string, (TimeSpan Duration, int Requests)> _measured = [];
    private Checkout? _checkout;
    private string _verify = "";

    /// <summary>Why nothing can be tried here; null where it can.</summary>
    public string? Obstacle => published.Obstacle;

    public Checkout Checkout => _checkout!;

    /// <summary>The registry.</summary>
    public RegistryServer Server { get; } = new();

    /// <summary>What stands before the registry.</summary>
    public FaultProxy Registry { get; private set; } = null!;

    public GitHubStandIn GitHub { get; private set; } = null!;

    /// <summary>What stands before GitHub's API.</summary>
    public FaultProxy Api { get; private set; } = null!;

    /// <summary>Where the image was published without any fault.</summary>
    public ImageReference Published { get; private set; } = null!;

    /// <summary>What its builds have left on this machine.</summary>
    public Leavings Leavings { get; private set; } = null!;

    /// <summary>The image.</summary>
    public Digest Digest { get; private set; }

    /// <summary>Another image, at which tags point before.</summary>
    public Digest Other { get; private set; }

    /// <summary>The tags that Publish moves.</summary>
    public IReadOnlyList<string> Tags { get; private set; } = [];

    /// <summary>How many platforms the image has, and so how many reports a scan writes.</summary>
    public int Platforms { get; private set; }

    /// <summary>The docker command that the build uses.</summary>
    public string Docker => published.PrintedCommand("Run").Split(" run ")[0];

    public async ValueTask InitializeAsync()
    {
        if (Obstacle is not null) return;
        await Server.InitializeAsync();
        Registry = await FaultProxy.StartAsync(Server);
        GitHub = await GitHubStandIn.StartAsync();
        Api = await FaultProxy.StartAsync(new Uri(GitHub.Url).Authority);
        new TrivyStandIn(_programs.Path).AnswerWith([TrivyStandIn.Vulnerability("CVE-2026-4711", "LOW")]);
        _checkout = await published.Pristine.CopyAsync(CancellationToken.None);
        Leavings = new Leavings(this, _temporary.Path);

        var run = (await BuildAsync(NoVariables, $"Publish --registry {Registry.Domain}/published")).AssertSucceeded();
        _measured["Publish"] = (run.Duration, Registry.Requests.Count);
        (await BuildAsync(NoVariables, "GenerateBakeFile")).AssertSucceeded();
        Leavings.Learn();
        var record = PublishRecord.Read(Path.Combine(Checkout.Folder, "artifacts", "publish", $"{App.Name}.json"))!;
        Published = ImageReference.Parse(record.Repository.Replace(Registry.Domain, Server.Domain, StringComparison.Ordinal));
        (Digest, Other, Tags, Platforms) = (record.Digest, record.Platforms[0].Digest, [.. record.Tags], record.Platforms.Count);
        _verify = run.Output.Split('\n').Last(line => line.StartsWith("Verify ", StringComparison.Ordinal))["Verify ".Length..].Trim();
    }

    public async ValueTask DisposeAsync()
    {
        _checkout?.Dispose();
        _programs.Dispose();
        _temporary.Dispose();
        if (Obstacle is not null) return;
        await Registry.DisposeAsync();
        await Server.DisposeAsync();
        await Api.DisposeAsync();
        await GitHub.DisposeAsync();
    }

    /// <summary>Runs a target for a step, without any fault.</summary>
    public Task<BuildRun> BuildAsync(Step step, string? arguments = null) => BuildAsync(step.Variables, arguments ?? step.Arguments);

    /// <summary>Runs the step, and lets the fault happen to it.</summary>
    public async Task<BuildRun> RunAsync(Step step, Fault fault, Moment moment)
    {
        if (!_measured.ContainsKey(step.Name)) await MeasureAsync(step);
        await step.PrepareAsync(this);
        await fault.BeginAsync(this, step);
        Leavings.Begin();
        var leader = new TaskCompletionSource<int>();
        // The shell becomes the build: its process is the build's own, and leads a group that holds all the build starts. No signal is ignored, as in what a shell runs in the background.
        var line = $"echo $$; {fault.Wrap(this, $"exec ./build.sh {step.Arguments} 2>&1")}";
        var command = new Command("setsid", "--wait", "env", "--default-signal=INT,TERM,HUP", "bash", "-c", line)
        {
            WorkingDirectory = Checkout.Folder, Environment = Variables(step.Variables),
        };
        var watch = Stopwatch.StartNew();
        var requests = step.Network(this)?.Requests.Count ?? 0;
        var running = CommandRunner.TryRunAsync(command, text => leader.TrySetResult(int.TryParse(text, CultureInfo.InvariantCulture, out var id) ? id : 0));
        var strike = fault.StrikeAsync(this, step, new Running(await leader.Task, running, async () => await ComesAsync(step, moment, requests, running)), moment);
        var result = await running.WaitAsync(Patience);
        var run = new BuildRun(step.Arguments, result.ExitCode, ConsoleText.Plain(result.StandardOutput), watch.Elapsed);
        await strike;
        await fault.EndAsync(this);
        return run;
    }

    /// <summary>How many requests the step makes where nothing goes wrong.</summary>
    public int RequestsOf(Step step) => _measured[step.Name].Requests;

    /// <summary>Whether the image is signed there: the command that Publish printed says so.</summary>
    public async Task<bool> IsSignedAsync(ImageReference image) => (await ShellAsync($"{_verify[.._verify.LastIndexOf(' ')]} {image}")).Succeeded;

    /// <summary>Whether the registry's token is in it.</summary>
    public static bool HasSecret(string text) => Token.IsIn(text);

    /// <summary>Makes sure that there are reports to upload.</summary>
    public async Task EnsureScannedAsync()
    {
        if (Directory.Exists(Path.Combine(Checkout.Folder, "artifacts", "scan"))) return;
        (await BuildAsync(NoVariables, "BuildImages ScanImages")).AssertSucceeded();
    }

    public Task<CommandResult> ShellAsync(string line) => CommandRunner.TryRunAsync(new Command("bash", "-c", line) { WorkingDirectory = Checkout.Folder });

    private Task<BuildRun> BuildAsync(IReadOnlyDictionary<string, string?> variables, string arguments) =>
        Checkout.BuildAsync(arguments, CancellationToken.None, Variables(variables)).WaitAsync(Patience);

    private Dictionary<string, string?> Variables(IReadOnlyDictionary<string, string?> variables)
    {
        var all = Checkout.Variables(variables);
        all["PATH"] = $"{_programs.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        (all["TMPDIR"], all["RegistryUser"], all["RegistryToken"]) = (_temporary.Path, "ada", Token.Value);
        return all;
    }

    private async Task MeasureAsync(Step step)
    {
        await step.PrepareAsync(this);
        var before = step.Network(this)?.Requests.Count ?? 0;
        var run = (await BuildAsync(step)).AssertSucceeded();
        _measured[step.Name] = (run.Duration, (step.Network(this)?.Requests.Count ?? 0) - before);
        Leavings.Learn();
        await step.CleanAsync(this);
    }

    // Ends when the moment has come, or the build has ended before.
    private async Task ComesAsync(Step step, Moment moment, int requests, Task build)
    {
        var (duration, all) = _measured[step.Name];
        if (!moment.OfRequests || step.Network(this) is not { } network)
        {
            await Task.WhenAny(build, Task.Delay(duration * moment.Fraction));
            return;
        }

        while (!build.IsCompleted && network.Requests.Count - requests < all * moment.Fraction) await Task.Delay(1);
    }
}

/// <summary>A build that runs.</summary>
/// <param name="Process">Its process, which leads a group of its own.</param>
/// <param name="Ended">Ends with it.</param>
/// <param name="MomentAsync">Ends when the fault's moment has come.</param>
public sealed record Running(int Process, Task Ended, Func<Task> MomentAsync);
