using System.Globalization;
using System.Text.Json.Serialization;
using Acci.Oci;

namespace Acci.Delivery.Scanning;

/// <summary>
/// What was scanned and when: <c>scan.json</c>, beside Trivy's reports, in <c>artifacts/scan/&lt;image&gt;</c> for what was built here and in
/// <c>artifacts/scan/published/&lt;image&gt;/&lt;digest&gt;</c> for what was published. The gate is computed from it anew whenever it is asked.
/// </summary>
public sealed partial record ScanRecord
{
    /// <summary>The file's name.</summary>
    public const string FileName = ImageFiles.ScanRecord;

    // Trivy's is made anew every six hours, and mirrors of companies often once a week.
    private static readonly TimeSpan OldestDatabase = TimeSpan.FromDays(8);

    // Between the clock of who made it and this machine's.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromHours(1);

    /// <summary>The image, as it is called in categories.</summary>
    public required string Image { get; init; }

    /// <summary>Where it is published, or will be: <c>ghcr.io/owner/acci</c>; empty where that is not known.</summary>
    public string Repository { get; init; } = "";

    /// <summary>The index or manifest that was scanned.</summary>
    public required Digest Digest { get; init; }

    /// <summary>The commit of this repository it was built from; empty where that is not known.</summary>
    public string Revision { get; init; } = "";

    /// <summary>The version it says it is; empty where it says none.</summary>
    public string Version { get; init; } = "";

    /// <summary>The git ref the findings are uploaded for; null means that of the build that uploads them. It is no part of the file.</summary>
    [JsonIgnore]
    public string? Ref { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset ScannedAt { get; init; }

    /// <summary>With what: <c>Trivy 0.70.0</c>.</summary>
    public required string Scanner { get; init; }

    /// <summary>When the oldest vulnerability database was made that a platform was scanned with, UTC; null where none says it.</summary>
    [JsonIgnore]
    public DateTimeOffset? DatabaseAt => Platforms.Min(x => x.DatabaseAt);

    /// <summary>
    /// Why finding nothing would mean little, whatever the platform: what became known after the database was made cannot be found. Null where that is not long.
    /// </summary>
    [JsonIgnore]
    public string? Doubt => DoubtOf(DatabaseAt, ScannedAt);

    /// <summary>The platforms.</summary>
    public required IReadOnlyList<ScannedPlatform> Platforms { get; init; }

    /// <summary>Whether it may stand for a new scan of the same bytes. One with an old database does not: a newer one may be available by now.</summary>
    internal bool IsFreshAt(DateTimeOffset now) => Doubt is null && ScannedAt > now - ScanAge.Lifetime && ScannedAt <= now;

    /// <summary>Reads the record; null if the folder has none.</summary>
    /// <exception cref="DeliveryException">It is damaged, was edited, or was written by another version; the message names the file.</exception>
    public static ScanRecord? Read(string folder) => RecordFile.Read(
        Path.Combine(folder, FileName),
        ScanJson.Readable.ScanRecord,
        record => record.Platforms.Any(x => x is null) ? "'platforms' has null in it" : null,
        "Run ScanImages again.");

    /// <summary>Writes the record.</summary>
    public void Write(string folder) => RecordFile.Write(Path.Combine(folder, FileName), this, ScanJson.Readable.ScanRecord);

    /// <summary>Makes sure that Trivy's reports are there and are those that this scan wrote.</summary>
    /// <exception cref="DeliveryException">One is not; the message names the file.</exception>
    public void EnsureReportsAreUnchanged(string folder)
    {
        foreach (var platform in Platforms) EnsureIs(ReportFile(folder, platform.Platform), platform.Report);
    }

    /// <summary>Makes sure that the SARIF of what was found is there and is what this scan wrote.</summary>
    /// <exception cref="DeliveryException">It is not; the message names the file.</exception>
    public void EnsureSarifIsUnchanged(string folder)
    {
        foreach (var platform in Platforms) EnsureIs(SarifFile(folder, platform.Platform), platform.Sarif);
    }

    /// <summary>The record with the digests of the reports that lie in this folder.</summary>
    internal ScanRecord WithReportsOf(string folder) =>
        this with { Platforms = [.. Platforms.Select(x => x with { Report = DigestOf(ReportFile(folder, x.Platform)) })] };

    /// <summary>The record with the digests of the SARIF files that lie in this folder.</summary>
    internal ScanRecord WithSarifOf(string folder) =>
        this with { Platforms = [.. Platforms.Select(x => x with { Sarif = DigestOf(SarifFile(folder, x.Platform)) })] };

    /// <summary>Why a scan with this database would mean little; null where the database is neither old nor of a time to come, or none is known.</summary>
    /// <param name="databaseAt">When the database was made.</param>
    /// <param name="scannedAt">When the scan is.</param>
    internal static string? DoubtOf(DateTimeOffset? databaseAt, DateTimeOffset scannedAt)
    {
        if (scannedAt - databaseAt is not { } age || (age <= OldestDatabase && age >= -ClockDifference)) return null;
        var difference = age > TimeSpan.Zero ? $"{ScanAge.ToText(age)} before the scan" : "which is after the scan, so its age is not known";
        return string.Create(CultureInfo.InvariantCulture, $"the vulnerability database is of {databaseAt:yyyy-MM-dd}, {difference}");
    }

    /// <summary>Takes the record away before a scan begins, so that one that breaks off leaves none beside reports that are not of it.</summary>
    public static void Delete(string folder)
    {
        var file = Path.Combine(Directory.CreateDirectory(folder).FullName, FileName);
        if (InputFile.Exists(file)) File.Delete(file);
    }

    /// <summary>Where Trivy's report of a platform lies.</summary>
    public static string ReportFile(string folder, Platform platform) => Path.Combine(folder, $"{platform.Slug}.json");

    /// <summary>Where the SARIF of a platform lies.</summary>
    public static string SarifFile(string folder, Platform platform) => Path.Combine(folder, $"{platform.Slug}.sarif");

    /// <summary>One platform as VEX documents name it.</summary>
    internal ScannedSubject SubjectOf(Platform platform) => new(Repository, Image, [Digest, .. Platforms.Where(x => x.Platform == platform).Select(x => x.Digest)]);

    /// <summary>The category of a platform's findings.</summary>
    public string CategoryOf(Platform platform) => $"trivy/{Image}/{platform.Slug}/";

    private void EnsureIs(string file, Digest? written)
    {
        if (!InputFile.Exists(file)) throw new DeliveryException($"{file} is missing, though the scan of '{Image}' wrote it. Run ScanImages again.");
        if (DigestOf(file) != written) throw new DeliveryException($"{file} was changed since the scan of '{Image}' wrote it. Run ScanImages again.");
    }

    private static Digest DigestOf(string file) => Oci.Digest.Parse($"sha256:{InputFile.ReadSha256(file, TrivyReport.MaximumSize)}");

    [JsonSerializable(typeof(ScanRecord))]
    private sealed partial class ScanJson : JsonSerializerContext
    {
        public static ScanJson Readable { get; } = new(RecordFile.OptionsWith());
    }
}

/// <summary>One scanned platform.</summary>
/// <param name="Platform">The platform.</param>
/// <param name="Digest">Its manifest.</param>
/// <param name="Report">The digest of Trivy's report, so that one that was changed since is noticed.</param>
/// <param name="Sarif">The digest of the SARIF that was made of it.</param>
public sealed record ScannedPlatform(Platform Platform, Digest Digest, Digest? Report = null, Digest? Sarif = null)
{
    /// <summary>When the vulnerability database was made, UTC; null where it does not say. Between two platforms a newer one may come.</summary>
    public DateTimeOffset? DatabaseAt { get; init; }
}
