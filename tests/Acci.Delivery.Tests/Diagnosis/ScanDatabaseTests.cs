using Acci.Delivery.Caching;
using Acci.Delivery.Diagnosis;
using Acci.Delivery.Processes;
using Acci.Delivery.Scanning;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Diagnosis;

/// <summary>Without a network, what is wrong with the scanner's database is known before the build, and stops no build that needs no scan.</summary>
public sealed class ScanDatabaseTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly TemporaryRepository _checkout = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _checkout.Dispose();

    [Theory]
    [InlineData(null, null, false, false, FindingSeverity.Fatal)]
    // The last scan may be of the same bytes, which are not scanned again then.
    [InlineData(null, 5.0, false, false, FindingSeverity.Notice)]
    [InlineData(null, 7.0, false, false, FindingSeverity.Fatal)]
    [InlineData(8.1, null, false, false, FindingSeverity.Fatal)]
    [InlineData(8.1, 5.0, false, false, FindingSeverity.Notice)]
    [InlineData(8.1, 7.0, false, false, FindingSeverity.Fatal)]
    [InlineData(8.1, 5.0, true, false, FindingSeverity.Fatal)]
    // This one's scan was made with an old database, too.
    [InlineData(9.0, 5.0, false, false, FindingSeverity.Fatal)]
    // Nothing is asked of published images.
    [InlineData(8.1, null, false, true, FindingSeverity.Good)]
    public async Task It_stops_a_build_that_has_to_scan(double? databaseDays, double? scanHours, bool isRepublished, bool isPublished, FindingSeverity severity)
    {
        var (artifacts, database) = (Path.Combine(_checkout.Directory, "artifacts"), databaseDays is { } days ? Now.AddDays(-days) : (DateTimeOffset?)null);
        _checkout.Write("trivy", "#!/bin/sh\n");
        File.SetUnixFileMode(Path.Combine(_checkout.Directory, "trivy"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Path.Combine(artifacts, "cache", "trivy", "db"));
        if (database is not null) _checkout.Write("artifacts/cache/trivy/db/metadata.json", $$"""{ "UpdatedAt": "{{database:O}}" }""");
        var options = new DeliveryOptions
        {
            Root = _checkout.Directory,
            Artifacts = artifacts,
            Images = [new("app") { Dockerfile = "Dockerfile" }],
            CacheDirectory = new CacheDirectory(Path.Combine(artifacts, "cache")),
            Republish = isRepublished,
            Scan = new ScanOptions
            {
                Program = Path.Combine(_checkout.Directory, "trivy"),
                Offline = true,
                Required = true,
                Images = isPublished ? [ImageReference.Parse("ghcr.io/owner/app:1")] : [],
            },
        };
        if (scanHours is { } hours) WriteScan(new ImageFiles(options).Scans, Now.AddHours(-hours), database ?? Now.AddDays(-1));

        var findings = await new Examination(new DeliveryContext(options, Cancellation) { Environment = ProcessEnvironment.Empty }, new DeliveryScope { Scans = true }).RunAsync();

        var finding = Assert.Single(findings, x => x is { Name: "Scanner" });
        Assert.Equal(severity, finding.Severity);
        if (severity != FindingSeverity.Good) Assert.Contains(database is null ? "There is no vulnerability database in " : "the vulnerability database is of ", finding.Text, StringComparison.Ordinal);
    }

    private static void WriteScan(string scans, DateTimeOffset scannedAt, DateTimeOffset database)
    {
        var folder = Directory.CreateDirectory(Path.Combine(scans, "app")).FullName;
        var digest = Digest.Of("app"u8);
        new ScanRecord
        {
            Image = "app",
            Digest = digest,
            ScannedAt = scannedAt,
            Scanner = "Trivy 0.70.0",
            Platforms = [new ScannedPlatform(Platform.LinuxAmd64, digest) { DatabaseAt = database }],
        }.Write(folder);
    }
}
