using Acci.Delivery.Scanning;
using Acci.Oci;
using Acci.Testing;
using static Acci.Testing.TrivyStandIn;

namespace Acci.Delivery.Tests.Scanning;

public abstract class ScanningFixture : IDisposable
{
    protected static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected string Root => _folder.Path;

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected string Write(string name, string content)
    {
        var file = _folder.Combine(name.Split('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        return file;
    }

    protected ScanFinding Finding(
        string id, string severity, string package = "openssl", string installed = "3.0.15-1", string fix = "3.0.17-1", string title = "a flaw", string type = "deb", double score = 0, string? url = null) =>
        Findings(Root, Vulnerability(id, severity, package, installed, fix, title, type, score, url)).Single();

    protected static GateDecision Judge(SeverityGate gate, params ScanFinding[] findings) => gate.Judge(Recorded(Platform.LinuxAmd64), findings.Select(x => (Platform.LinuxAmd64, x)), Now);

    protected static ScannedImage Scanned(GateDecision decision, params Platform[] platforms) =>
        new(Recorded(platforms), "", decision, [.. platforms.Select(x => new ScannedContent(x, 92) { ApplicationPackages = 12, System = "debian 13.1" })]);

    protected static ScanRecord Recorded(params Platform[] platforms) => new()
    {
        Image = "acci",
        Repository = "ghcr.io/owner/acci",
        Digest = Digest.Of([1]),
        Revision = new string('a', 40),
        ScannedAt = Now,
        Scanner = "Trivy 0.70.0",
        Platforms = [.. platforms.Select(x => new ScannedPlatform(x, Digest.Of([2])))],
    };
}
