using System.IO.Compression;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Bootstrap;

/// <summary>A repository of a few lines that has this one's settings for projects and packages, package sources that are folders, and a packages folder of its own.</summary>
internal sealed class BorrowedSettings : IDisposable
{
    private static readonly string[] Borrowed = ["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json", ".editorconfig"];

    private readonly string _folder = Directory.CreateTempSubdirectory("acci-settings-").FullName;

    public BorrowedSettings()
    {
        foreach (var file in Borrowed) Write($"repository/{file}", File.ReadAllText(Path.Combine(SourceTree.Root, file)));
        Write("repository/nuget.config", """<configuration><packageSources><clear /><add key="somewhere" value="../source" /></packageSources></configuration>""");
        Directory.CreateDirectory(Path.Combine(_folder, "source"));
    }

    /// <summary>The repository.</summary>
    public string Root => Path.Combine(_folder, "repository");

    /// <summary>Writes a file, relative to the folder that the repository is in.</summary>
    public void Write(string file, string content)
    {
        var path = Path.Combine(_folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    /// <summary>Puts a package without files into the package source.</summary>
    public void Publish(string id, string version, params IEnumerable<(string Id, string Version)> dependencies)
    {
        using var package = ZipFile.Open(Path.Combine(_folder, "source", $"{id}.{version}.nupkg"), ZipArchiveMode.Create);
        using var specification = new StreamWriter(package.CreateEntry($"{id}.nuspec").Open());
        specification.Write($"""
            <package><metadata><id>{id}</id><version>{version}</version><authors>nobody</authors><description>Nothing.</description>
            <dependencies><group targetFramework="net10.0">{string.Concat(dependencies.Select(x => $"<dependency id=\"{x.Id}\" version=\"{x.Version}\" />"))}</group></dependencies></metadata></package>
            """);
    }

    /// <summary>Puts a library for one framework into a package of the source.</summary>
    public void AddLibrary(string id, string version, string framework)
    {
        using var package = ZipFile.Open(Path.Combine(_folder, "source", $"{id}.{version}.nupkg"), ZipArchiveMode.Update);
        package.CreateEntry($"lib/{framework}/{id}.dll");
    }

    /// <summary>Runs dotnet in the repository.</summary>
    public Task<CommandResult> DotnetAsync(params IEnumerable<string> arguments)
    {
        var environment = new Dictionary<string, string?>
        {
            ["NUKE_ENGINE"] = null, ["NUGET_PACKAGES"] = Path.Combine(_folder, "packages"), ["RestoreAdditionalProjectSources"] = null, ["RestoreConfigFile"] = null,
            ["DOTNET_CLI_UI_LANGUAGE"] = "en",
        };
        return CommandRunner.TryRunAsync(new Command("dotnet", [.. arguments]) { WorkingDirectory = Root, Environment = environment }, cancellationToken: TestContext.Current.CancellationToken);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
