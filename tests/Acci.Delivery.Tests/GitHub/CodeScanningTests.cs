using System.IO.Compression;
using System.Net;
using Acci.Delivery.GitHub;
using Acci.GitHub.StandIn;

namespace Acci.Delivery.Tests.GitHub;

public sealed class CodeScanningTests : GitHubFixture
{
    private static readonly IReadOnlyList<TimeSpan> Quick = [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(5), 5)];

    [Fact]
    public async Task An_analysis_is_sent_as_GitHub_describes_it()
    {
        var repository = GitHub.AddRepository("octo/app");

        var id = await Scanning().UploadAsync(Payload(), Cancellation);

        var upload = Assert.Single(repository.SarifUploads);
        Assert.Equal(upload.Id, id);
        Assert.Equal(new string('a', 40), (string?)upload.Request["commit_sha"]);
        Assert.Equal("refs/heads/main", (string?)upload.Request["ref"]);
        Assert.Equal("file:///work/app", (string?)upload.Request["checkout_uri"]);
        Assert.Equal("2026-11-23T12:00:00Z", (string?)upload.Request["started_at"]);
        Assert.Equal("2.1.0", (string?)upload.Sarif["version"]);
        Assert.Equal("application/json", GitHub.Requests[^1].ContentType);
    }

    [Fact]
    public async Task Processing_is_awaited()
    {
        GitHub.AddRepository("octo/app").PendingAnswers = 2;
        var scanning = Scanning();

        Assert.Empty((await scanning.WaitAsync(await scanning.UploadAsync(Payload(), Cancellation), Cancellation))!);

        Assert.Equal(4, GitHub.Requests.Count);
    }

    [Fact]
    public async Task What_processing_found_wrong_is_returned()
    {
        GitHub.AddRepository("octo/app").ProcessingErrors = ["rejecting SARIF, as there are more runs than allowed (21 > 20)"];
        var scanning = Scanning();

        Assert.Equal(["rejecting SARIF, as there are more runs than allowed (21 > 20)"], await scanning.WaitAsync(await scanning.UploadAsync(Payload(), Cancellation), Cancellation));
    }

    [Fact]
    public async Task What_takes_longer_is_not_awaited_for_ever()
    {
        GitHub.AddRepository("octo/app").PendingAnswers = 99;
        var scanning = Scanning();

        Assert.Null(await scanning.WaitAsync(await scanning.UploadAsync(Payload(), Cancellation), Cancellation));
        Assert.Equal(1 + Quick.Count, GitHub.Requests.Count);
    }

    [Fact]
    public void Looks_are_those_of_code_scanning_s_own_client() =>
        Assert.Equal([5, 15, 35, 75, 155], CodeScanning.DefaultPauses.Select((_, index) => CodeScanning.DefaultPauses.Take(index + 1).Sum(x => x.TotalSeconds)));

    public static TheoryData<Fault> PassingFaults => [Fault.Broken(503), Fault.Drop(), Fault.TooManyRequests(1), Fault.SecondaryRateLimit(1)];

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(PassingFaults))]
    public async Task Limits_and_failures_that_pass_are_waited_for(Fault fault)
    {
        var repository = GitHub.AddRepository("octo/app");
        GitHub.Fail(fault);

        await Scanning().UploadAsync(Payload(), Cancellation);

        Assert.Single(repository.SarifUploads);
        Assert.Single(Retries);
    }

    [Fact]
    public async Task A_refusal_says_which_permission_it_takes()
    {
        GitHub.AddRepository("octo/app");
        GitHub.Fail(Fault.Forbidden());

        var failure = await Assert.ThrowsAsync<GitHubException>(() => Scanning().UploadAsync(Payload(), Cancellation));

        Assert.Equal(HttpStatusCode.Forbidden, failure.StatusCode);
        Assert.Contains("security-events: write", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Retries);
    }

    private CodeScanning Scanning() => new(Connect()) { Pauses = Quick };

    private static SarifPayload Payload()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest)) gzip.Write("""{ "version": "2.1.0", "runs": [] }"""u8);
        return new SarifPayload(new string('a', 40), "refs/heads/main", compressed.ToArray(), new Uri("file:///work/app"), new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    }
}
