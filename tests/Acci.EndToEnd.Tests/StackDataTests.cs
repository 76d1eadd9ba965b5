using System.Globalization;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.EndToEnd.Tests;

/// <summary>Data that a stack made are ComposeUp's, too: one that is interrupted, or fails, leaves them as they are.</summary>
[Collection(nameof(Publishing))]
public sealed class StackDataTests(PublishedImage published) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly string _project = $"acci-test-{Guid.NewGuid():N}"[..18];
    private readonly int _port = RegistryServer.FreePort();
    private bool _leaveSwarm;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Project => $"{_project}-prod";

    private string Docker => published.PrintedCommand("Run").Split(" run ")[0];

    private Dictionary<string, string?> Variables => new()
    {
        ["COMPOSE_PROJECT_NAME"] = _project, [App.Variable("PORTS")] = $"{_port}", [App.Variable("REPLICAS")] = "1",
    };

    [Fact]
    public async Task Ctrl_C_in_ComposeUp_keeps_the_data_of_a_stack_that_was_ended()
    {
        published.NeedsEngine();
        var wasSwarm = (await DockerAsync("info --format '{{.Swarm.LocalNodeState}}'")) == "active";
        Assert.SkipUnless(wasSwarm || published.PrintedCommand("Run").Contains("/bin/docker run", StringComparison.Ordinal), "This engine is not part of a swarm, and it is not for a test to make it one.");
        _leaveSwarm = !wasSwarm;
        (await RunAsync("DeployStack")).AssertSucceeded();
        await AskAsync("CREATE TABLE kept (number int); INSERT INTO kept VALUES (4711)");
        Assert.Contains($"Its data stay in {Project}_postgres-data", (await RunAsync("ComposeDown")).AssertSucceeded().Output, StringComparison.Ordinal);

        Assert.Contains("Taking away what was started; the data that were there stay", await InterruptAsync(), StringComparison.Ordinal);

        (await RunAsync("ComposeUp")).AssertSucceeded();
        Assert.Equal("4711", await AskAsync("SELECT number FROM kept"));
        (await RunAsync("ComposeDown --delete-volumes")).AssertSucceeded();
        Assert.Equal("", await DockerAsync($"volume ls --quiet --filter name={Project}_"));
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("ComposeDown --delete-volumes");
        // An engine that leaves its swarm forgets the names of all containers that run on it: nothing else of this collection runs now.
        if (_leaveSwarm) await ShellAsync($"{Docker} swarm leave --force && {Docker} network rm docker_gwbridge");
    }

    private Task<BuildRun> RunAsync(string target) => published.Checkout.BuildAsync($"{target} --environment prod", CancellationToken.None, Variables);

    // When the store has its data open. A session of its own, which the signal reaches as a terminal's Ctrl-C would, and which does not ignore it.
    private async Task<string> InterruptAsync()
    {
        var (started, group) = (new TaskCompletionSource(), 0);
        var command = new Command("setsid", "--wait", "env", "--default-signal=INT", "bash", "-c", "echo $$; exec ./build.sh ComposeUp --environment prod 2>&1")
        {
            WorkingDirectory = published.Checkout.Folder, Environment = Variables,
        };
        var run = CommandRunner.TryRunAsync(command, line =>
        {
            if (group == 0) group = int.Parse(line, CultureInfo.InvariantCulture);
            if (line.Contains("postgres-1: starting", StringComparison.Ordinal)) started.TrySetResult();
        }, Cancellation);
        await Task.WhenAny(started.Task.WaitAsync(Patience, Cancellation), run);
        await ShellAsync($"kill -INT -- -{group}");
        var result = await run;
        Assert.True(result.ExitCode != 0 && started.Task.IsCompletedSuccessfully, result.StandardOutput);
        return ConsoleText.Plain(result.StandardOutput);
    }

    private Task<string> AskAsync(string statement) => DockerAsync(
        $"exec $({Docker} ps --quiet --filter name={Project}[-_]postgres) sh -c 'PGPASSWORD=$(cat /run/secrets/{App.Setting(s => s.Database.Password)}) "
        + $"psql --host 127.0.0.1 --username {App.Name} --dbname {App.Name} --quiet --tuples-only --no-align --command \"{statement}\"'");

    private async Task<string> DockerAsync(string arguments)
    {
        var result = await ShellAsync($"{Docker} {arguments}");
        Assert.True(result.Succeeded, result.StandardError);
        return result.StandardOutput.Trim();
    }

    private Task<CommandResult> ShellAsync(string line) => CommandRunner.TryRunAsync(new Command("bash", "-c", line) { WorkingDirectory = published.Checkout.Folder }, cancellationToken: CancellationToken.None);
}
