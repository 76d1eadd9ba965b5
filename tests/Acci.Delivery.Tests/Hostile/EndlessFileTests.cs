using Acci.Delivery.Scanning;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Hostile;

/// <summary>A link to a device that never ends lies where a scan's file belongs.</summary>
public sealed class EndlessFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void As_a_scans_file_it_is_refused()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "There is no /dev/zero here.");
        var record = new ScanRecord
        {
            Image = "app",
            Digest = Digest.Of([1]),
            ScannedAt = DateTimeOffset.UnixEpoch,
            Scanner = "Trivy",
            Platforms = [new ScannedPlatform(Platform.LinuxAmd64, Digest.Of([2]), Digest.Of([3]), Digest.Of([4]))],
        };
        var (report, sarif) = (ScanRecord.ReportFile(_folder.Path, Platform.LinuxAmd64), ScanRecord.SarifFile(_folder.Path, Platform.LinuxAmd64));
        File.CreateSymbolicLink(report, "/dev/zero");
        File.CreateSymbolicLink(sarif, "/dev/zero");

        AssertTooLarge(report, () => record.EnsureReportsAreUnchanged(_folder.Path));
        AssertTooLarge(sarif, () => record.EnsureSarifIsUnchanged(_folder.Path));
        AssertTooLarge(report, () => TrivyReport.Read(report));
    }

    private static void AssertTooLarge(string file, Action read) =>
        Assert.StartsWith($"{file} is larger than 512 MiB", Assert.Throws<DeliveryException>(read).Message, StringComparison.Ordinal);
}
