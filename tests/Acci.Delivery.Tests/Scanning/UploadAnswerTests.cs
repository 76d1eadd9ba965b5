using System.IO.Compression;
using Acci.Delivery.GitHub;
using Acci.Delivery.Sarif;
using Acci.Delivery.Scanning;
using Acci.Delivery.Tests.GitHub;
using Acci.GitHub.StandIn;
using Acci.Testing;
using Microsoft.CodeAnalysis.Sarif;

namespace Acci.Delivery.Tests.Scanning;

/// <summary>Code scanning has taken an analysis. What is said of its processing is what GitHub answers, and no more.</summary>
[Collection(nameof(AlteredLog))]
public sealed class UploadAnswerTests : GitHubFixture
{
    private const string Unknown = "; how it was processed is not known: ";

    [Theory]
    [InlineData(401, Unknown)]
    [InlineData(403, Unknown)]
    [InlineData(404, Unknown)]
    [InlineData(503, Unknown)]
    [InlineData(200, ": code scanning is still processing it, as ")]
    public async Task It_is_processing_only_where_GitHub_says_so(int status, string said)
    {
        GitHub.AddRepository("octo/app").PendingAnswers = 99;
        if (status != 200) GitHub.Fail(new Fault { Status = status, Message = "no", Times = int.MaxValue, When = request => request.Method == "GET" });
        using var folder = new TemporaryFolder();
        var run = new Run { Tool = new Tool { Driver = new ToolComponent { Name = "Trivy" } }, Results = [] };
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest)) gzip.Write("""{ "version": "2.1.0", "runs": [] }"""u8);
        var payload = new SarifPayload(new string('a', 40), "refs/heads/main", compressed.ToArray(), new Uri("file:///work/app"), DateTimeOffset.UnixEpoch);
        var scanning = new CodeScanning(Connect()) { Pauses = [TimeSpan.FromMilliseconds(5)] };
        using var log = new AlteredLog();

        await new CodeScanningUpload(GitHubRepository.Parse("octo/app"), scanning, UploadLog.Read(folder.Combine("uploads.json"))).RunAsync([(new Analysis("", run), payload)], isFork: false, Cancellation);

        Assert.Contains(said, log.Said[^1], StringComparison.Ordinal);
        Assert.StartsWith("Trivy: ", log.Said[^1], StringComparison.Ordinal);
    }
}
