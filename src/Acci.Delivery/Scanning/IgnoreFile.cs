using System.Globalization;

namespace Acci.Delivery.Scanning;

/// <summary>
/// Findings that are known and accepted, each with its reason and, better, until when: Trivy's own <c>.trivyignore.yaml</c>, so that Trivy and editors understand it
/// too; files of another ending are read as the older <c>.trivyignore</c>. Source: Trivy's documentation, "Filtering", by finding IDs.
/// </summary>
/// <param name="File">Where it was read from.</param>
/// <param name="Entries">The entries in their order.</param>
public sealed record IgnoreFile(string File, IReadOnlyList<IgnoreEntry> Entries)
{
    /// <summary>The file that is looked for at the repository's root.</summary>
    public const string DefaultName = ".trivyignore.yaml";

    /// <summary>The file of the older form that Trivy itself would find there.</summary>
    public const string OlderName = ".trivyignore";

    private const int MaximumSize = 1024 * 1024;

    /// <summary>Nothing is ignored.</summary>
    public static IgnoreFile None { get; } = new("", []);

    /// <summary>Reads the file.</summary>
    /// <exception cref="DeliveryException">It cannot be read, or holds what Trivy would overlook; the message names file and line.</exception>
    public static IgnoreFile Read(string file)
    {
        var text = IgnoreFileText.Read(file, MaximumSize);
        return new IgnoreFile(file, Path.GetExtension(file) is ".yaml" or ".yml" ? IgnoreFileYaml.Parse(file, text) : ParseLines(file, text));
    }

    /// <summary>The entries that count no more.</summary>
    public IEnumerable<IgnoreEntry> Expired(DateTimeOffset now) => Entries.Where(entry => entry.ExpiresAt <= now);

    /// <summary>The first entry that is for this finding and still counts; null when there is none.</summary>
    public IgnoreEntry? Find(ScanFinding finding, DateTimeOffset now) => Entries.FirstOrDefault(entry => !(entry.ExpiresAt <= now) && entry.Matches(finding));

    /// <summary>The older form: an identifier a line, with <c>exp:2026-12-31</c> after it.</summary>
    private static List<IgnoreEntry> ParseLines(string file, string text)
    {
        var entries = new List<IgnoreEntry>();
        foreach (var (index, line) in text.Split('\n').Index())
        {
            var fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields is [] || fields[0].StartsWith('#')) continue;
            var place = $"{file}, line {index + 1}";
            DateTimeOffset? expires = null;
            foreach (var field in fields.Skip(1).TakeWhile(field => !field.StartsWith('#')))
            {
                expires = field.StartsWith("exp:", StringComparison.Ordinal)
                    ? IgnoreEntry.ParseExpiry(field["exp:".Length..], place)
                    : throw new DeliveryException($"{place}: '{IgnoreFileText.Short(field)}' is not understood after '{IgnoreFileText.Short(fields[0])}': write an expiry date as exp:2026-12-31, or a remark after '#'.");
            }

            entries.Add(new IgnoreEntry { Id = fields[0], ExpiresAt = expires, Line = index + 1 });
        }

        return entries;
    }
}

/// <summary>One entry.</summary>
public sealed record IgnoreEntry
{
    /// <summary>The finding's identifier.</summary>
    public required string Id { get; init; }

    /// <summary>What kind of finding; null means any.</summary>
    public FindingKind? Kind { get; init; }

    /// <summary>Only in files of these patterns; none means everywhere.</summary>
    public IReadOnlyList<PathPattern> Paths { get; init; } = [];

    /// <summary>Only in these packages; none means in any.</summary>
    public IReadOnlyList<PackageUrl> Packages { get; init; } = [];

    /// <summary>From when on it does not count any more; a date alone means its beginning, UTC. Null means never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Why.</summary>
    public string Statement { get; init; } = "";

    /// <summary>The line in the file, from 1.</summary>
    public int Line { get; init; }

    /// <summary>The entry is for this finding.</summary>
    public bool Matches(ScanFinding finding) =>
        Id == finding.Id
        && (Kind is null || Kind == finding.Kind)
        && (Paths.Count == 0 || Paths.Any(path => path.Matches(finding.Target) || path.Matches(finding.PackagePath)))
        && (Packages.Count == 0 || (finding.Purl is { } package && Packages.Any(x => x.Matches(package))));

    internal static DateTimeOffset ParseExpiry(string text, string place) =>
        DateTimeOffset.TryParseExact(
            text, ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK"],
            CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw new DeliveryException($"{place}: '{IgnoreFileText.Short(text)}' is not a date: write it as 2026-12-31.");
}
