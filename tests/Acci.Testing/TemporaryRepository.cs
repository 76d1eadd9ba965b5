using Acci.Delivery.Processes;

namespace Acci.Testing;

/// <summary>A git repository in a folder of its own, made by the git commands a test writes down.</summary>
public sealed class TemporaryRepository : IDisposable
{
    private static readonly IReadOnlyDictionary<string, string?> Someone = new Dictionary<string, string?>
    {
        ["GIT_AUTHOR_NAME"] = "Ada",
        ["GIT_AUTHOR_EMAIL"] = "ada@example.com",
        ["GIT_COMMITTER_NAME"] = "Ada",
        ["GIT_COMMITTER_EMAIL"] = "ada@example.com",
        ["GIT_COMMITTER_DATE"] = "2026-11-01T12:00:00+01:00",
        ["GIT_CONFIG_NOSYSTEM"] = "1",
    };

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("acci-git-").FullName;

    /// <summary>Runs these commands one after the other; arguments are separated by single spaces.</summary>
    public async Task<TemporaryRepository> Run(params string[] commands)
    {
        foreach (var words in commands.Select(command => command.Split(' '))) await RunAsync(words[0], words[1..]);
        return this;
    }

    /// <summary>Runs a script of bash, which ends where a command fails.</summary>
    public Task RunScript(string script) => RunAsync("bash", "-ec", script);

    private Task<CommandResult> RunAsync(string program, params string[] arguments) => CommandRunner.RunAsync(
        new Command(program, arguments) { WorkingDirectory = Directory, Environment = Someone }, cancellationToken: TestContext.Current.CancellationToken);

    public void Write(string file, string text) => File.WriteAllText(Path.Combine(Directory, file), text);

    public void Dispose()
    {
        foreach (var file in System.IO.Directory.EnumerateFiles(Directory, "*", SearchOption.AllDirectories)) File.SetAttributes(file, FileAttributes.Normal);
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
