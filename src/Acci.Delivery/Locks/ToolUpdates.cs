using System.Text;
using System.Text.RegularExpressions;
using Acci.Delivery.GitHub;
using Acci.Delivery.Scanning;
using NuGet.Versioning;

namespace Acci.Delivery.Locks;

/// <summary>Newer versions of pinned tools, with the checksums that their makers list beside a release on GitHub.</summary>
/// <param name="GitHub">GitHub's API.</param>
/// <param name="MinimumAge">How long a release has to have been out.</param>
public sealed partial record ToolUpdates(GitHubConnection GitHub, TimeSpan MinimumAge)
{
    private const string Read = "contents: read";

    /// <summary>Whether a version must not be pinned.</summary>
    public Func<NuGetVersion, bool> IsMalicious { get; init; } = _ => false;

    /// <summary>
    /// The tool at the highest version that was released long enough ago; as it is, with the checksums that were missing, where that is no newer; and just as it is where a
    /// checksum that was known would be missing or another one.
    /// </summary>
    /// <param name="name">What it is called.</param>
    /// <param name="tool">What it is pinned to.</param>
    /// <param name="changes">Is told of a change, and of why there is none.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <exception cref="DeliveryException">GitHub does not say.</exception>
    public async Task<ToolLocks.ToolLock> FindAsync(string name, ToolLocks.ToolLock tool, Action<LockChange> changes, CancellationToken cancellationToken)
    {
        if (tool.Checksums is null || ReleaseFile().Match(tool.Checksums) is not { Success: true } place) return Left("its checksums are not beside a release on GitHub");
        var (repository, file) = (new GitHubRepository(place.Groups["owner"].Value, place.Groups["name"].Value), place.Groups["file"].Value);
        var release = await new ReleaseChoice(GitHub, MinimumAge) { IsMalicious = IsMalicious }.FindAsync(name, tool.Version, repository, changes, cancellationToken);
        if (release is null) return tool;

        var version = release.TagName.TrimStart('v');
        if (release.Assets.FirstOrDefault(x => x.Name == Moved(file)) is not { } asset) return Left($"{release.TagName} has no file {Moved(file)}");
        var checksums = Parse(await DownloadAsync($"repos/{repository}/releases/assets/{asset.Id}", $"download {asset.Name} of {repository} {release.TagName}", cancellationToken));
        var archives = tool.Archives.ToDictionary(x => x.Key, x => new ToolLocks.ToolArchive(Moved(x.Value.Url), checksums.GetValueOrDefault(Moved(x.Value.Url).Split('/')[^1])));
        if (version == tool.Version) return Complete(name, tool, archives, changes);
        if (tool.Archives.FirstOrDefault(x => x.Value.Sha256 is not null && archives[x.Key].Sha256 is null) is { Key: { } platform })
            return Left($"{release.TagName} lists no checksum for {archives[platform].Url.Split('/')[^1]}");

        changes(LockChange.Of(name, tool.Version, $"{version} ({archives.Values.Count(x => x.Sha256 is not null)} checksums)"));
        // An image that was pinned is one of the version before.
        return tool with { Version = version, Checksums = Moved(tool.Checksums), Archives = archives, Image = null };

        string Moved(string text) => text.Replace(tool.Version, version, StringComparison.Ordinal);

        ToolLocks.ToolLock Left(string reason)
        {
            changes(LockChange.Left(name, tool.Version, reason));
            return tool;
        }
    }

    // The version stays: what was not known is added, and what was known must not have become something else.
    private static ToolLocks.ToolLock Complete(string name, ToolLocks.ToolLock tool, Dictionary<string, ToolLocks.ToolArchive> listed, Action<LockChange> changes)
    {
        foreach (var (platform, archive) in tool.Archives)
        {
            if (archive.Sha256 is not { } known || listed[platform].Sha256 is not { } now || known == now) continue;
            changes(LockChange.Left(name, tool.Version, $"its maker lists another checksum for {archive.Url.Split('/')[^1]} than before, {now} instead of {known}: find out why before you follow it"));
            return tool;
        }

        var archives = tool.Archives.ToDictionary(x => x.Key, x => x.Value with { Sha256 = x.Value.Sha256 ?? listed[x.Key].Sha256 });
        var (before, after) = (tool.Archives.Values.Count(x => x.Sha256 is not null), archives.Values.Count(x => x.Sha256 is not null));
        if (before == after) return tool;
        changes(LockChange.Of(name, $"{tool.Version} ({before} checksums)", $"{tool.Version} ({after} checksums)"));
        return tool with { Archives = archives };
    }

    private Task<string> DownloadAsync(string address, string operation, CancellationToken cancellationToken) => GitHub.RunAsync(operation, Read, async github =>
    {
        var answer = await github.Connection.Get<object>(new Uri(address, UriKind.Relative), new Dictionary<string, string>(), "application/octet-stream");
        return answer.HttpResponse.Body switch
        {
            byte[] bytes => Encoding.UTF8.GetString(bytes),
            Stream stream => await new StreamReader(stream).ReadToEndAsync(cancellationToken),
            var text => text as string ?? "",
        };
    }, cancellationToken);

    // As sha256sum writes them: the digits, two blanks, the file.
    private static Dictionary<string, string> Parse(string text) => (
        from line in text.Split('\n')
        let parts = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        where parts.Length == 2 && Checksum().IsMatch(parts[0])
        select parts).DistinctBy(x => x[1].TrimStart('*')).ToDictionary(x => x[1].TrimStart('*'), x => x[0].ToLowerInvariant());

    [GeneratedRegex("^https://[^/]+/(?<owner>[^/]+)/(?<name>[^/]+)/releases/download/[^/]+/(?<file>[^/]+)$")]
    private static partial Regex ReleaseFile();

    [GeneratedRegex("^[0-9a-fA-F]{64}$")]
    private static partial Regex Checksum();
}
