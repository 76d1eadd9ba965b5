using System.Xml.Linq;
using Acci.Delivery.Packing;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Architecture.Tests;

/// <summary>A repository of somebody else, <c>tests/adopter</c>, committed and tagged: it has this repository's packages, made anew, and no file of it.</summary>
public sealed class Adopter : IAsyncLifetime
{
    private static readonly string Engine = typeof(Nuke.Common.NukeBuild).Assembly.GetName().Name!;

    /// <summary>What it gets: the components, and the engine where no package source carries NUKE.</summary>
    internal static string[] Projects { get; } =
        ["Acci.Oci", "Acci.Settings", "Acci.Generation", "Acci.Delivery", "Acci.Environments", "Acci.Components", .. Engine == "Nuke.Offline" ? [Engine] : Array.Empty<string>()];

    private readonly TemporaryFolder _folder = new();

    /// <summary>Where its files come from.</summary>
    public static string Source { get; } = Path.Combine(SourceTree.Root, "tests", "adopter");

    /// <summary>Why it cannot be built here; null where it can.</summary>
    public static string? Obstacle => OperatingSystem.IsLinux() ? null : "The adopter's build.sh runs here on Linux.";

    /// <summary>Its root: a folder <c>shop</c>.</summary>
    public string Folder => _folder.Combine("one", "shop");

    /// <summary>The packages it was given.</summary>
    public IReadOnlyList<string> Packages { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        if (Obstacle is not null) return;
        CopyFiles();
        await WriteSourcesAsync();
        Packages = await new PackageBuild(SourceTree.Root, Path.Combine(Folder, "packages")) { Projects = [.. Projects.Select(x => $"src/{x}/{x}.csproj")] }.RunAsync(CancellationToken.None);
        await GitAsync("init", "--quiet");
        // The first run writes the schema of parameters, which is checked in.
        if (await RunAsync("--help") is { ExitCode: not 0 } failed) throw new InvalidOperationException(failed.StandardOutput + failed.StandardError);
        await GitAsync("add", ".");
        await GitAsync("commit", "--quiet", "--message", "first");
        await GitAsync("tag", "v1.2.3");
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A second repository, with all that was published from the first one, in a folder with another name.</summary>
    public async Task<string> CopyAsync(string name, CancellationToken cancellationToken)
    {
        var copy = _folder.Combine("two", name);
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        await CommandRunner.RunAsync(new Command("cp", "-a", Folder, copy), cancellationToken: cancellationToken);
        return copy;
    }

    /// <summary>Runs its build.</summary>
    public Task<CommandResult> RunAsync(params IEnumerable<string> arguments) => RunAsync([], arguments);

    /// <summary>Runs its build with these variables.</summary>
    public async Task<CommandResult> RunAsync(IEnumerable<KeyValuePair<string, string?>> variables, IEnumerable<string> arguments)
    {
        var command = new Command("bash", ["build.sh", .. arguments])
        {
            WorkingDirectory = Folder,
            // Its packages are its own: those of the same version that an earlier test left must not be taken for them.
            Environment = new Dictionary<string, string?>([new("NUKE_ROOT", null), new("COMPOSE_PROJECT_NAME", null), new("NUGET_PACKAGES", _folder.Combine("nuget")), .. variables]),
        };
        var result = await CommandRunner.TryRunAsync(command, cancellationToken: TestContext.Current.CancellationToken);
        return result with { StandardOutput = ConsoleText.Plain(result.StandardOutput) };
    }

    // The sources that this repository restores from, and not only those of this machine: one of them may be what carries NUKE.
    private async Task WriteSourcesAsync()
    {
        var list = await CommandRunner.RunAsync(new Command("dotnet", "nuget", "list", "source", "--format", "short") { WorkingDirectory = SourceTree.Root });
        var sources = list.StandardOutput.Split('\n').Where(x => x.StartsWith("E ", StringComparison.Ordinal)).Select(x => x[2..].Trim());
        new XDocument(new XElement("configuration", new XElement("packageSources", new XElement("clear"), sources.Select((x, i) => new XElement("add", new XAttribute("key", $"source{i}"), new XAttribute("value", x))))))
            .Save(_folder.Combine("NuGet.Config"));
    }

    private void CopyFiles()
    {
        foreach (var file in Files())
        {
            var target = Path.Combine(Folder, NameOf(file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(Source, file), target);
        }
    }

    /// <summary>Its files, relative to its root, as they are called here.</summary>
    public static IEnumerable<string> Files() => Directory.EnumerateFiles(Source, "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Source, file).Replace('\\', '/'))
        .Where(file => !file.Split('/').Any(x => x is "bin" or "obj"));

    /// <summary>What a file is called there: one of that name would hold for this repository as well.</summary>
    public static string NameOf(string file) => file == "gitignore" ? ".gitignore" : file;

    private Task<CommandResult> GitAsync(params string[] arguments) =>
        CommandRunner.RunAsync(new Command("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", .. arguments]) { WorkingDirectory = Folder });
}
