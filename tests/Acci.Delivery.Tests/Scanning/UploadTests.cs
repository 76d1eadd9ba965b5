using System.Text.Json.Nodes;
using Acci.Delivery.GitHub;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Scanning;
using Acci.Delivery.Tests.GitHub;
using Acci.Delivery.Tests.Registries;
using Acci.Delivery.Tests.Sarif;
using Acci.Delivery.Tests.Versioning;
using Fault = Acci.GitHub.StandIn.Fault;
using static Acci.Delivery.Tests.Scanning.TrivyStandIn;

namespace Acci.Delivery.Tests.Scanning;

/// <summary>From a scan to alerts on GitHub.</summary>
public sealed class UploadTests : GitHubFixture, IDisposable
{
    private readonly TemporaryRepository _repository = new();
    private DeliveryContext? _context;

    private string Root => _repository.Directory;

    private TrivyStandIn Trivy => field ??= new TrivyStandIn(Path.Combine(Root, "artifacts", "bin"));

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Each_platform_is_an_analysis_of_the_commit_that_was_scanned_and_running_again_sends_nothing()
    {
        var repository = GitHub.AddRepository("octo/app");
        var revision = await ScannedAsync();

        await Delivery().UploadAsync();
        await Delivery().UploadAsync();

        Assert.Equal(["trivy/acci/linux-amd64/", "trivy/acci/linux-ppc64le/"], repository.SarifUploads.Select(x => (string?)x.Sarif["runs"]![0]!["automationDetails"]!["id"]));
        Assert.All(repository.SarifUploads, upload => Assert.Equal((revision, "refs/heads/main"), ((string?)upload.Request["commit_sha"], (string?)upload.Request["ref"])));
        Assert.All(repository.SarifUploads, upload => Assert.Single(upload.Sarif["runs"]!.AsArray()));
        foreach (var upload in repository.SarifUploads) Assert.Empty(await SarifSchema.ProblemsAsync(upload.Sarif.ToJsonString()));
        var result = repository.SarifUploads[0].Sarif["runs"]![0]!["results"]![0]!;
        Assert.Equal("Dockerfile", (string?)result["locations"]![0]!["physicalLocation"]!["artifactLocation"]!["uri"]);
        Assert.NotNull((string?)result["partialFingerprints"]!["primaryLocationLineHash"]);
    }

    [Fact]
    public async Task A_dry_run_writes_what_would_be_sent_and_sends_nothing()
    {
        var revision = await ScannedAsync();

        await Delivery(dryRun: true, token: null).UploadAsync();

        Assert.Empty(GitHub.Requests);
        var files = Directory.EnumerateFiles(Path.Combine(Root, "artifacts", "scan", "upload")).Select(Path.GetFileName).Order();
        Assert.Equal(["01-trivy-trivy-acci-linux-amd64.json", "01-trivy-trivy-acci-linux-amd64.sarif", "02-trivy-trivy-acci-linux-ppc64le.json", "02-trivy-trivy-acci-linux-ppc64le.sarif"], files);
        Assert.Equal(revision, (string?)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Root, "artifacts", "scan", "upload", "01-trivy-trivy-acci-linux-amd64.json"), Cancellation))!["commit_sha"]);
    }

    [Fact]
    public async Task Without_a_token_nothing_is_sent_and_nothing_fails()
    {
        await ScannedAsync();

        await Delivery(token: null).UploadAsync();

        Assert.Empty(GitHub.Requests);
    }

    [Fact]
    public async Task What_processing_finds_wrong_is_an_error_and_is_sent_again_next_time()
    {
        var repository = GitHub.AddRepository("octo/app");
        repository.ProcessingErrors = ["rejecting SARIF: the reason"];
        await ScannedAsync();

        var failure = await Assert.ThrowsAsync<DeliveryException>(Delivery().UploadAsync);
        Assert.Contains("Trivy, trivy/acci/linux-amd64/: rejecting SARIF: the reason", failure.Message, StringComparison.Ordinal);

        repository.ProcessingErrors = [];
        await Delivery().UploadAsync();
        Assert.Equal(4, repository.SarifUploads.Count);
    }

    [Fact]
    public async Task Reports_of_other_tools_go_along_and_those_of_one_tool_and_category_are_one()
    {
        var repository = GitHub.AddRepository("octo/app");
        await ScannedAsync();
        Directory.CreateDirectory(Path.Combine(Root, "artifacts", "reports"));
        const string report = """{ "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": "ESLint" } }, "results": [ { "ruleId": "R", "message": { "text": "MESSAGE" }, "locations": [ { "physicalLocation": { "artifactLocation": { "uri": "Dockerfile" }, "region": { "startLine": 1 } } } ] } ] } ] }""";
        _repository.Write("artifacts/reports/a.sarif", report.Replace("MESSAGE", "one", StringComparison.Ordinal));
        _repository.Write("artifacts/reports/b.sarif", report.Replace("MESSAGE", "two", StringComparison.Ordinal));

        await Delivery(files: ["artifacts/reports"]).UploadAsync();

        Assert.Equal(3, repository.SarifUploads.Count);
        var other = repository.SarifUploads[2].Sarif["runs"]!.AsArray().Single()!;
        Assert.Equal(["one", "two"], other["results"]!.AsArray().Select(x => (string?)x!["message"]!["text"]));
        Assert.All(other["results"]!.AsArray(), x => Assert.NotNull(x!["partialFingerprints"]));
    }

    [Theory]
    [InlineData("no-such.sarif")]
    [InlineData("artifacts/empty")]
    public async Task A_file_or_folder_without_reports_is_told(string name)
    {
        await ScannedAsync();
        Directory.CreateDirectory(Path.Combine(Root, "artifacts", "empty"));

        Assert.Contains(name, (await Assert.ThrowsAsync<DeliveryException>(() => Delivery(files: [name]).UploadAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Findings_of_another_commit_are_not_shown_for_this_one()
    {
        await ScannedAsync();
        await _repository.Run("git commit -q --allow-empty -m two");

        Assert.Contains("Run BuildImages and ScanImages again", (await Assert.ThrowsAsync<DeliveryException>(Delivery().UploadAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_scan_there_is_nothing_to_upload() =>
        Assert.Contains("Run ScanImages", (await Assert.ThrowsAsync<DeliveryException>(Delivery().UploadAsync)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_token_that_may_not_is_an_error_that_names_the_permission()
    {
        GitHub.AddRepository("octo/app");
        GitHub.Fail(Fault.Forbidden("security_events=write"));
        await ScannedAsync();

        Assert.Contains("security_events: write", (await Assert.ThrowsAsync<GitHubException>(Delivery().UploadAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_published_is_scanned_again_and_shown_for_the_commit_and_tag_it_was_built_from()
    {
        var repository = GitHub.AddRepository("octo/app");
        _repository.Write("Dockerfile", "# old\n\nFROM debian:13\n");
        _repository.Write(".gitignore", "artifacts/\n");
        await _repository.Run("git init -q -b main", "git add .", "git commit -q -m one", "git tag v1.2.3");
        var revision = await HeadAsync();
        _repository.Write("Dockerfile", "FROM debian:13\n");
        await _repository.Run("git commit -q -a -m two");
        await using var server = new RegistryServer();
        await server.InitializeAsync();
        var builder = new LayoutBuilder(Path.Combine(Root, "artifacts", "layout"));
        builder.AddImage(Platform.LinuxAmd64, [builder.AddBlob([1, 2, 3])]);
        var layout = await builder.WriteAsync(annotations: new JsonObject { ["org.opencontainers.image.revision"] = revision, ["org.opencontainers.image.version"] = "1.2.3" });
        using var registry = server.Connect();
        var image = ImageReference.Parse($"{server.Domain}/team/acci");
        await registry.PushAsync(layout, image, cancellationToken: Cancellation);
        await registry.PutTagAsync(image, "latest", layout.Root.Digest, Cancellation);
        // Nothing fails for what is found: that is what the alerts are for.
        Trivy.AnswerWith([Vulnerability("CVE-1", "CRITICAL")]);

        await Delivery(registry: $"{server.Domain}/team").RescanAsync();

        var upload = Assert.Single(repository.SarifUploads);
        Assert.Equal((revision, "refs/tags/v1.2.3"), ((string?)upload.Request["commit_sha"], (string?)upload.Request["ref"]));
        Assert.Equal("trivy/acci/linux-amd64/", (string?)upload.Sarif["runs"]![0]!["automationDetails"]!["id"]);
        var place = upload.Sarif["runs"]![0]!["results"]![0]!["locations"]![0]!["physicalLocation"]!;
        Assert.Equal(("Dockerfile", 3), ((string?)place["artifactLocation"]!["uri"], (int?)place["region"]!["startLine"]));
    }

    private async Task<string> HeadAsync() =>
        (await CommandRunner.RunAsync(new Command("git", "rev-parse", "HEAD") { WorkingDirectory = Root }, cancellationToken: Cancellation)).StandardOutput.Trim();

    private async Task<string> ScannedAsync()
    {
        _repository.Write("Dockerfile", "FROM debian:13\nCOPY . /app\n");
        _repository.Write(".gitignore", "artifacts/\n");
        await _repository.Run("git init -q -b main", "git add .", "git commit -q -m one");
        var revision = await HeadAsync();
        var layout = await LayoutBuilder.WriteSmallAsync(Path.Combine(Root, "artifacts", "images", "acci"));
        PublishTransaction.Begin(Path.Combine(Root, "artifacts", "publish", "acci.json"), new PublishRecord
        {
            Image = "acci",
            Digest = layout.Root.Digest,
            Repository = "127.0.0.1:5600/acci",
            Version = "1.2.3",
            Revision = revision,
            Platforms = [],
        });
        Trivy.AnswerWith([Vulnerability("CVE-1", "MEDIUM")]);
        await Delivery().ScanAsync();
        return revision;
    }

    private ImageDelivery Delivery(bool dryRun = false, string? token = Token, string registry = "127.0.0.1:5600", params string[] files)
    {
        // One build of a checkout at a time.
        _context?.Dispose();
        var context = _context = new DeliveryContext(
            new DeliveryOptions
            {
                Root = Root,
                Artifacts = Path.Combine(Root, "artifacts"),
                CacheDirectory = new CacheDirectory(Path.Combine(Root, "artifacts", "cache")),
                Registry = registry,
                Images = [new("acci") { Dockerfile = "Dockerfile" }],
                Scan = new ScanOptions { Program = Trivy.Program, SarifFiles = files },
                GitHubToken = token,
                DryRun = dryRun,
            },
            Cancellation);
        return new ImageDelivery(context) { Variables = new Dictionary<string, string>(), ProcessingPauses = [TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5)], OpenGitHub = () => Task.FromResult(Connect()) };
    }
}
