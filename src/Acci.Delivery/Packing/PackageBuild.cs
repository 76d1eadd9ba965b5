using System.IO.Compression;
using System.Security;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Processes;
using Acci.Delivery.Versioning;
using Acci.Generation;
using Serilog;

namespace Acci.Delivery.Packing;

/// <summary>NuGet packages of a repository's projects: one run of <c>dotnet pack</c>, with the version that git says and images get, too.</summary>
/// <param name="Root">The repository's root.</param>
/// <param name="Output">Where the packages go, in place of earlier ones of the same projects.</param>
public sealed record PackageBuild(string Root, string Output)
{
    private const string DraftFolder = ".packing";
    private const string Manifest = ".nuspec";

    /// <summary>The project files. Each has to be packable.</summary>
    public required IReadOnlyList<string> Projects { get; init; }

    /// <summary>What the names of version tags start with.</summary>
    public string VersionTagPrefix { get; init; } = VersionInfo.TagPrefix;

    /// <summary>The version that the packages get.</summary>
    /// <exception cref="DeliveryException">git cannot be asked.</exception>
    public Task<VersionInfo> VersionAsync(CancellationToken cancellationToken) => VersionInfo.ReadAsync(Root, VersionTagPrefix, cancellationToken);

    /// <summary>Packs all of them.</summary>
    /// <returns>The packages' files, in the order of their names; symbols lie beside them.</returns>
    /// <exception cref="DeliveryException">A project cannot be built or packed; the message is the first error that was reported.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        var version = await VersionAsync(cancellationToken);
        foreach (var warning in version.Warnings) Log.Warning("{Warning:l}", warning);
        if (version.IsDirty) Log.Warning("The working tree is not what {Revision:l} is: what is packed is in no commit", version.Revision);
        // Only what was made whole takes the place of what is there, where other packages may lie, too.
        var draft = Path.Combine(Output, DraftFolder);
        if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
        Directory.CreateDirectory(draft);
        try
        {
            var list = Path.Combine(draft, "packages.proj");
            await File.WriteAllTextAsync(list, Traversal(), cancellationToken);
            var result = await CommandRunner.TryRunAsync(await CommandAsync(list, draft, version, cancellationToken), line => Log.Debug("{Line:l}", line), cancellationToken);
            if (!result.Succeeded) throw Failed(result);
            string[] packages = [.. Directory.EnumerateFiles(draft, "*.nupkg").Order(StringComparer.Ordinal)];
            if (packages.Length < Projects.Count)
                throw new DeliveryException($"{Projects.Count} projects made {packages.Length} packages: set IsPackable to true in each that is packed.");
            DeleteEarlier([.. packages.Select(IdOf).OfType<string>()]);
            string[] files = [.. packages, .. Directory.EnumerateFiles(draft, "*.snupkg")];
            foreach (var file in files)
            {
                // Of the same commit the same bytes: a package's entries otherwise have the time of the day.
                SetTimes(file, version.CommitTime ?? DateTimeOffset.UnixEpoch);
                AtomicFile.Put(file, Path.Combine(Output, Path.GetFileName(file)));
            }

            return [.. packages.Select(x => Path.Combine(Output, Path.GetFileName(x)))];
        }
        finally
        {
            Directory.Delete(draft, recursive: true);
        }
    }

    private void DeleteEarlier(HashSet<string> ids)
    {
        foreach (var file in Directory.EnumerateFiles(Output).Where(x => Path.GetExtension(x) is ".nupkg" or ".snupkg"))
        {
            if (IdOf(file) is { } id && ids.Contains(id)) File.Delete(file);
        }
    }

    // By what is in it: a name does not tell where the id ends and the version begins. A file that is no package is nobody's.
    private static string? IdOf(string file)
    {
        try
        {
            using var package = ZipFile.OpenRead(file);
            return package.Entries.Select(x => x.FullName).FirstOrDefault(x => !x.Contains('/', StringComparison.Ordinal) && x.EndsWith(Manifest, StringComparison.OrdinalIgnoreCase)) is { } name
                ? name[..^Manifest.Length] : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private async Task<Command> CommandAsync(string project, string output, VersionInfo version, CancellationToken cancellationToken)
    {
        var address = version.Revision is null ? "" : GitFacts.Repository(await new Git(Root).OriginAsync(cancellationToken)).Url;
        return new Command(
            "dotnet",
            [
                "pack", project, "--output", output, "--configuration", "Release", "-nologo", "-verbosity:minimal", "-nodeReuse:false",
                $"-p:Version={version}", "-p:ContinuousIntegrationBuild=true",
                .. version.Revision is { } revision ? [$"-p:RepositoryCommit={revision}"] : Array.Empty<string>(),
                .. address.Length > 0 ? [$"-p:RepositoryUrl={address}", $"-p:PackageProjectUrl={address}", "-p:RepositoryType=git"] : Array.Empty<string>(),
            ])
        { WorkingDirectory = Root };
    }

    // A project that names the others: one run of MSBuild builds what they share once. It imports nothing of the repository's.
    private string Traversal() => $"""
        <Project>
          <ItemGroup>
        {string.Join('\n', Projects.Select(x => $"    <Packed Include=\"{SecurityElement.Escape(Path.GetFullPath(x, Root))}\" />"))}
          </ItemGroup>
          <Target Name="Restore"><MSBuild Projects="@(Packed)" Targets="Restore" /></Target>
          <Target Name="Pack"><MSBuild Projects="@(Packed)" Targets="Pack" /></Target>
        </Project>
        """;

    private static void SetTimes(string file, DateTimeOffset time)
    {
        // A zip file has no time before 1980 and none after 2107.
        var (oldest, newest) = (new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2107, 12, 31, 23, 59, 58, TimeSpan.Zero));
        var known = time < oldest ? oldest : time > newest ? newest : time.ToUniversalTime();
        using var package = ZipFile.Open(file, ZipArchiveMode.Update);
        foreach (var entry in package.Entries) entry.LastWriteTime = known;
    }

    private static DeliveryException Failed(CommandResult result)
    {
        var error = (result.StandardOutput + "\n" + result.StandardError).Split('\n').FirstOrDefault(x => x.Contains(": error ", StringComparison.Ordinal));
        return new DeliveryException(Redaction.Redact(error is null ? $"dotnet pack ended with {result.ExitCode}: run the build with --verbosity verbose to see why." : error.Trim()));
    }
}
