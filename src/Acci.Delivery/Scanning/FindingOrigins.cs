using Acci.Delivery.Images;
using Acci.Delivery.Sarif;
using Acci.Oci;

namespace Acci.Delivery.Scanning;

/// <summary>A line of a file of this repository.</summary>
/// <param name="File">The file, relative to the root, with slashes.</param>
/// <param name="Line">The line, from 1.</param>
public sealed record SourceLine(string File, int Line);

/// <summary>
/// Where a finding is brought in by a file of this repository: an operating system's package by the line of the Dockerfile that names the base image, a language's
/// package by the line of the lock or project file that names it. That is where a person changes it, and where code scanning shows the alert.
/// </summary>
public sealed class FindingOrigins
{
    // The files in which each ecosystem names its packages, those that pin versions first.
    private static readonly IReadOnlyDictionary<string, string[]> FilesOfTypes = new Dictionary<string, string[]>
    {
        ["dotnet-core"] = ["Directory.Packages.props", "packages.lock.json", "*.csproj", "*.fsproj", "*.vbproj", "Directory.Build.props"],
        ["nuget"] = ["packages.lock.json", "packages.config", "Directory.Packages.props", "*.csproj"],
        ["packages-props"] = ["Directory.Packages.props", "Packages.props"],
        ["npm"] = ["package-lock.json", "package.json"],
        ["node-pkg"] = ["package-lock.json", "yarn.lock", "pnpm-lock.yaml", "package.json"],
        ["yarn"] = ["yarn.lock", "package.json"],
        ["pnpm"] = ["pnpm-lock.yaml", "package.json"],
        ["pip"] = ["requirements.txt"],
        ["python-pkg"] = ["poetry.lock", "uv.lock", "Pipfile.lock", "requirements.txt", "pyproject.toml"],
        ["gobinary"] = ["go.mod", "go.sum"],
        ["gomod"] = ["go.mod", "go.sum"],
        ["jar"] = ["pom.xml", "gradle.lockfile", "build.gradle", "build.gradle.kts"],
        ["gemspec"] = ["Gemfile.lock", "Gemfile"],
        ["bundler"] = ["Gemfile.lock", "Gemfile"],
        ["cargo"] = ["Cargo.lock", "Cargo.toml"],
        ["rustbinary"] = ["Cargo.lock", "Cargo.toml"],
        ["composer"] = ["composer.lock", "composer.json"],
        ["composer-vendor"] = ["composer.lock", "composer.json"],
    };

    private readonly RepositoryFiles _tree;
    private readonly Dictionary<(string Type, string Package), SourceLine?> _found = [];
    private readonly Dictionary<(string File, Platform Platform), SourceLine?> _bases = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _hashes = new(StringComparer.Ordinal);

    /// <summary>Looks for origins in these files.</summary>
    public FindingOrigins(RepositoryFiles tree) => _tree = tree;

    /// <summary>Whether a file is one of those that are looked at, Dockerfiles aside.</summary>
    public static bool IsPackageFile(string file) => FilesOfTypes.Values.SelectMany(x => x).Any(pattern => IsNamed(file, pattern));

    /// <summary>The line that brings the finding in, or null when none can be named.</summary>
    /// <param name="finding">The finding.</param>
    /// <param name="platform">The platform it was found in.</param>
    /// <param name="image">How the image is built; null for one that was not built here.</param>
    public SourceLine? Find(ScanFinding finding, Platform platform, ImageDefinition? image) =>
        image is null || finding.Kind != FindingKind.Vulnerability ? null
        : finding.IsOfSystem ? BaseOf(image, platform)
        : PackageLine(finding.Type, finding.Package);

    /// <summary>The fingerprint of a line by code scanning's own algorithm; null when there is no such line.</summary>
    public string? HashOf(SourceLine origin)
    {
        if (!_hashes.TryGetValue(origin.File, out var hashes)) _hashes[origin.File] = hashes = _tree.Text(origin.File) is { } text ? LineHashes.Of(text) : [];
        return origin.Line <= hashes.Count ? hashes[origin.Line - 1] : null;
    }

    private SourceLine? BaseOf(ImageDefinition image, Platform platform)
    {
        var file = image.Dockerfile.Replace('\\', '/');
        if (_bases.TryGetValue((file, platform), out var known)) return known;
        var stages = DockerfileStages.Parse(_tree.Lines(file), image.BuildArguments);
        return _bases[(file, platform)] = stages.BaseLineOf(platform, image.Target) is { } line ? new SourceLine(file, line) : null;
    }

    private SourceLine? PackageLine(string type, string package)
    {
        if (package.Length == 0 || !FilesOfTypes.TryGetValue(type, out var names)) return null;
        if (_found.TryGetValue((type, package), out var known)) return known;
        // Maven calls a package group:artifact, and writes the two on lines of their own.
        var name = type == "jar" ? package.Split(':')[^1] : package;
        return _found[(type, package)] = (
            from pattern in names
            from file in _tree.Files
            where IsNamed(file, pattern)
            from line in _tree.Lines(file).Index()
            where Names(line.Item, name)
            select new SourceLine(file, line.Index + 1)).FirstOrDefault();
    }

    private static bool IsNamed(string file, string pattern) =>
        pattern.StartsWith('*') ? file.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase) : file.AsSpan(file.LastIndexOf('/') + 1).SequenceEqual(pattern);

    // The name as a whole: not Npgsql in Npgsql.EntityFrameworkCore, not core in @angular/core.
    private static bool Names(string line, string name)
    {
        for (var at = 0; (at = line.IndexOf(name, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += name.Length)
        {
            if ((at == 0 || !IsPartOfName(line[at - 1])) && (at + name.Length == line.Length || !IsPartOfName(line[at + name.Length]))) return true;
        }

        return false;
    }

    private static bool IsPartOfName(char character) => char.IsLetterOrDigit(character) || character is '.' or '-' or '_';
}
