using Acci.Delivery.Publishing;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.EndToEnd.Tests;

/// <summary>The whole way with a scanner on the PATH: a stand-in that takes Trivy's command line and finds what it is told to find, and of the application's packages those that are listed in the image.</summary>
public sealed class ScanTests(PublishedImage published) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_critical_finding_stops_Publish_before_any_push_and_the_same_finding_ignored_until_tomorrow_passes_today()
    {
        published.NeedsEngine();
        var trivy = new TrivyStandIn(Path.Combine(_directory.Path, "bin"));
        trivy.AnswerWith(TrivyStandIn.Report([TrivyStandIn.Vulnerability("CVE-2026-4711", "CRITICAL")], applicationPackages: null));
        var ignores = Path.Combine(_directory.Path, "ignores.yaml");
        await File.WriteAllTextAsync(ignores, "vulnerabilities: []\n", Cancellation);
        await using var registry = RegistryServer.With("");
        await registry.InitializeAsync();
        using var checkout = await published.Pristine.CopyAsync(Cancellation);
        var publish = $"Publish --registry {registry.Domain}/team --require-scan --ignore-file {ignores}";
        var path = new Dictionary<string, string?> { ["PATH"] = $"{Path.GetDirectoryName(trivy.Program)}:{Environment.GetEnvironmentVariable("PATH")}" };
        var stopped = await checkout.BuildAsync(publish, Cancellation, path);

        stopped.AssertFailed("CRITICAL", "CVE-2026-4711", "openssl", "linux/amd64, linux/ppc64le");
        // Stand-ins for base images may be there, which the build itself takes from it; nothing of the image is.
        Assert.DoesNotContain("team/", await CatalogAsync(registry), StringComparison.Ordinal);
        Assert.Contains("CVE-2026-4711", await File.ReadAllTextAsync(Path.Combine(checkout.Folder, "artifacts", "scan", "report.html"), Cancellation), StringComparison.Ordinal);

        await File.WriteAllTextAsync(ignores, $"vulnerabilities:\n  - id: CVE-2026-4711\n    expired_at: {DateTime.UtcNow.AddDays(1):yyyy-MM-dd}\n", Cancellation);
        var passed = await checkout.BuildAsync(publish, Cancellation, path);

        passed.AssertSucceeded();
        Assert.Contains("no findings; 1 ignored", passed.Output, StringComparison.Ordinal);
        var record = PublishRecord.Read(Path.Combine(checkout.Folder, "artifacts", "publish", $"{App.Name}.json"))!;
        Assert.Equal(Enum.GetValues<PublishStep>(), record.Steps.Keys.Order());
        using var client = OciRegistry.Of(ImageReference.Parse(record.Repository));
        Assert.NotNull(await client.FindAsync(ImageReference.Parse(record.Repository).WithTag(record.Tags[0]), Cancellation));
        Assert.Equal(2, trivy.Scans.Count);
        foreach (var (platform, runtime) in ((string, string)[])[("linux-amd64", "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64"), ("linux-ppc64le", "StackExchange.Redis")])
        {
            var seen = await File.ReadAllTextAsync(Path.Combine(checkout.Folder, "artifacts", "scan", App.Name, $"{platform}.json"), Cancellation);
            Assert.All((string[])["Npgsql", "StackExchange.Redis", runtime], name => Assert.Contains($"\"Name\":\"{name}\"", seen, StringComparison.Ordinal));
        }

        await File.WriteAllTextAsync(ignores, $"vulnerabilities:\n  - id: CVE-2026-4711\n    expired_at: {DateTime.UtcNow.AddDays(-1):yyyy-MM-dd}\n", Cancellation);
        (await checkout.BuildAsync(publish, Cancellation, path)).AssertFailed(ignores, "line 2", "CVE-2026-4711", "expired");
    }

    private static async Task<string> CatalogAsync(RegistryServer registry)
    {
        using var http = new HttpClient();
        return (await http.GetStringAsync(new Uri($"http://{registry.Domain}/v2/_catalog"), Cancellation)).Trim();
    }
}
