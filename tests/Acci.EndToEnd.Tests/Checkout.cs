using System.Diagnostics;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.EndToEnd.Tests;

/// <summary>A clean clone of this repository, as a new user has it; what is not committed yet, but tracked, is in it too.</summary>
public sealed class Checkout : IDisposable
{
    private Checkout(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>The repository these tests belong to.</summary>
    public static string Repository { get; } = Ancestors(AppContext.BaseDirectory).First(folder => File.Exists(Path.Combine(folder, "ACCI.sln")));

    public static async Task<Checkout> CloneAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Directory.CreateTempSubdirectory("acci-clone-").FullName, "acci");
        var changed = await ChangesAsync(cancellationToken);
        await GitAsync(Repository, cancellationToken, "clone", "--quiet", "--shared", Repository, folder);
        if (changed.Length > 0) await GitAsync(folder, cancellationToken, "checkout", "--quiet", "-B", "main", changed);
        return new Checkout(folder);
    }

    /// <summary>A copy with everything that has been compiled in it, and with nothing else that a build has made.</summary>
    public async Task<Checkout> CopyAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Directory.CreateTempSubdirectory("acci-clone-").FullName, "acci");
        await CommandRunner.RunAsync(new Command("cp", "-a", Folder, folder), cancellationToken: cancellationToken);
        await GitAsync(folder, cancellationToken, "clean", "-dfxq", "--exclude=bin", "--exclude=obj", "--exclude=/.nuke/temp");
        // git looks at the copies once, or it would write them anew at the next checkout, and the build would be compiled anew because of it.
        await GitAsync(folder, cancellationToken, "update-index", "-q", "--refresh");
        return new Checkout(folder);
    }

    /// <summary>Runs <c>./build.sh</c> with these arguments, and returns how it ended, everything it printed, and how long it took.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="cancellationToken">Ends the build.</param>
    /// <param name="environment">Variables of its environment.</param>
    /// <param name="through">A command that runs it where it is to run; none means here.</param>
    public async Task<BuildRun> BuildAsync(string arguments, CancellationToken cancellationToken, IReadOnlyDictionary<string, string?>? environment = null, params IReadOnlyList<string> through)
    {
        string[] line = [.. through, "bash", "-c", $"exec ./build.sh {arguments} 2>&1"];
        var command = new Command(line[0], line[1..]) { WorkingDirectory = Folder, Environment = Variables(environment) };
        var watch = Stopwatch.StartNew();
        var result = await CommandRunner.TryRunAsync(command, cancellationToken: cancellationToken);
        return new BuildRun(arguments, result.ExitCode, ConsoleText.Plain(result.StandardOutput), watch.Elapsed);
    }

    /// <summary>These variables, and none by which a workflow that runs the tests would make the builds they start take themselves for its own.</summary>
    public static Dictionary<string, string?> Variables(IReadOnlyDictionary<string, string?>? environment = null)
    {
        string[] ofWorkflows = ["GITHUB_", "ACTIONS_", "RUNNER_"];
        var variables = Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name == "CI" || ofWorkflows.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            .ToDictionary(name => name, _ => (string?)null);
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) variables[name] = value;
        return variables;
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(Folder)!, recursive: true);

    /// <summary>A commit of what is changed, made without touching the working tree or its index, which another test may be looking at; empty when nothing is.</summary>
    private static async Task<string> ChangesAsync(CancellationToken cancellationToken)
    {
        var index = (await GitAsync(Repository, cancellationToken, "rev-parse", "--path-format=absolute", "--git-path", "index")).Trim();
        var copy = Path.GetTempFileName();
        try
        {
            File.Copy(index, copy, overwrite: true);
            // A file that was written anew with the same bytes is taken for a change at first, and then there is nothing to stash: an error.
            await CommandRunner.TryRunAsync(OnCopy("update-index", "-q", "--refresh"), cancellationToken: cancellationToken);
            var stash = OnCopy("-c", "user.name=test", "-c", "user.email=test@localhost", "stash", "create");
            return (await CommandRunner.RunAsync(stash, cancellationToken: cancellationToken)).StandardOutput.Trim();
        }
        finally
        {
            File.Delete(copy);
        }

        Command OnCopy(params string[] arguments) =>
            new("git", arguments) { WorkingDirectory = Repository, Environment = new Dictionary<string, string?> { ["GIT_INDEX_FILE"] = copy } };
    }

    private static async Task<string> GitAsync(string folder, CancellationToken cancellationToken, params string[] arguments) =>
        (await CommandRunner.RunAsync(new Command("git", arguments) { WorkingDirectory = folder }, cancellationToken: cancellationToken)).StandardOutput;

    private static IEnumerable<string> Ancestors(string folder)
    {
        for (var directory = new DirectoryInfo(folder); directory is not null; directory = directory.Parent) yield return directory.FullName;
    }
}

/// <summary>How a build ended.</summary>
public sealed record BuildRun(string Arguments, int ExitCode, string Output, TimeSpan Duration)
{
    public BuildRun AssertSucceeded()
    {
        Assert.True(ExitCode == 0, $"./build.sh {Arguments} ended with {ExitCode} after {Duration}:\n{Output}");
        return this;
    }

    /// <summary>The build failed, and says so in a line that holds these words.</summary>
    public void AssertFailed(params string[] words)
    {
        Assert.True(ExitCode != 0, $"./build.sh {Arguments} succeeded:\n{Output}");
        Assert.True(
            Output.Split('\n').Any(line => words.All(word => line.Contains(word, StringComparison.OrdinalIgnoreCase))),
            $"./build.sh {Arguments} says nowhere in one line {string.Join(" … ", words)}:\n{Output}");
        Assert.DoesNotContain("   at Acci.", Output, StringComparison.Ordinal);
    }
}
