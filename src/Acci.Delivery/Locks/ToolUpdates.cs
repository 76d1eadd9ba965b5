using System.Text;
using System.Text.RegularExpressions;
using Acci.Delivery.GitHub;
using Acci.Delivery.Scanning;

namespace Acci.Delivery.Locks;

/// <summary>Newer versions of pinned tools, with the checksums that their makers list beside a release on GitHub.</summary>
/// <param name="GitHub">GitHub's API.</param>
/// <param name="MinimumAge">How long a release has to have been out.</param>
public sealed partial record ToolUpdates(GitHubConnection GitHub, TimeSpan MinimumAge)
{
    private const string Read = "contents: read";

    /// <summary>The tool at its newest release that is old enough; as it is where that is no newer, or where a checksum that was known would be missing.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="tool">What it is pinned to.</param>
    /// <param name="changes">Is told of a change, and of why there is none.</param>
    /// <param name="cancellationToken">Ends the look-up.</param>
    /// <exception cref="DeliveryException">GitHub does not say.</exception>
    public async Task<ToolLocks.ToolLock> FindAsync(string name, ToolLocks.ToolLock tool, Action<LockChange> changes, CancellationToken cancellationToken)
    {
        if (tool.Checksums is null || ReleaseFile().Match(tool.Checksums) is not { Success: true } place) return Left("its checksums are not beside a release on GitHub");
        var (owner, repository, file) = (place.Groups["owner"].Value, place.Groups["name"].Value, place.Groups["file"].Value);
        var release = await GitHub.FindAsync($"find the newest release of {owner}/{repository}", Read, github => github.Repository.Release.GetLatest(owner, repository), cancellationToken);
        if (release is null) return Left("its repository has no release");
        var version = release.TagName.TrimStart('v');
        if (version == tool.Version) return tool;
        if (LockChange.IfTooYoung(name, tool.Version, release.TagName, release.PublishedAt ?? release.CreatedAt, MinimumAge) is { } tooYoung)
        {
            changes(tooYoung);
            return tool;
        }

        if (release.Assets.FirstOrDefault(x => x.Name == Moved(file)) is not { } asset) return Left($"{release.TagName} has no file {Moved(file)}");
        var checksums = Parse(await DownloadAsync($"repos/{owner}/{repository}/releases/assets/{asset.Id}", $"download {asset.Name} of {owner}/{repository} {release.TagName}", cancellationToken));
        var archives = tool.Archives.ToDictionary(x => x.Key, x => new ToolLocks.ToolArchive(Moved(x.Value.Url), checksums.GetValueOrDefault(Moved(x.Value.Url).Split('/')[^1])));
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
