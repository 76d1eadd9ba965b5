using System.Text.Json.Nodes;
using Acci.Delivery.Caching;
using Acci.Delivery.GitHub;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Scanning;
using Acci.Delivery.Tests.GitHub;
using Acci.Delivery.Tests.Sarif;
using Acci.Oci;
using Acci.Testing;
using static Acci.Testing.TrivyStandIn;
using Fault = Acci.GitHub.StandIn.Fault;

namespace Acci.Delivery.Tests.Scanning;

/// <summary>From a scan to alerts on GitHub.</summary>
public sealed class UploadTests : GitHubFixture
{
    private const string RevisionKey = "org.opencontainers.image.revision";
    private const string VersionKey = "org.opencontainers.image.version";

    private readonly TemporaryRepository _repository = new();
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5)];

    private DeliveryContext? _context;
    private ProcessEnvironment _environment = TestEnvironment.OutsideWorkflows;

    private string Root => _repository.Directory;

    private TrivyStandIn Trivy => field ??= new TrivyStandIn(Path.Combine(Root, "artifacts", "bin"));

    public override async ValueTask DisposeAsync()
    {
        _repository.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Each_platform_is_an_analysis_of_the_commit_that_was_scanned_and_running_again_sends_nothing()
    {
        var repository = GitHub.AddRepository("octo/app");
        var revision = await ScannedAsync();

        await Verb().RunAsync();
        await Verb().RunAsync();

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

        await Verb(dryRun: true, token: null).PlanAsync();

        Assert.Empty(GitHub.Requests);
        var files = Directory.EnumerateFiles(Path.Combine(Root, ".nuke", "temp", "upload")).Select(Path.GetFileName).Order();
        Assert.Equal(["01-trivy-trivy-acci-linux-amd64.json", "01-trivy-trivy-acci-linux-amd64.sarif", "02-trivy-trivy-acci-linux-ppc64le.json", "02-trivy-trivy-acci-linux-ppc64le.sarif"], files);
        Assert.Equal(revision, (string?)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Root, ".nuke", "temp", "upload", "01-trivy-trivy-acci-linux-amd64.json"), Cancellation))!["commit_sha"]);
    }

    [Theory]
    [InlineData(Token, true)]
    [InlineData(null, false)]
    public async Task A_dry_run_ends_as_the_run_does_where_the_repository_is_not_known(string? token, bool fails)
    {
        await ScannedAsync();
        var context = ContextOf(dryRun: true, token);
        using var nowhere = new GitHubConnection(GitHubServer.Parse("https://api.github.com"), null, token);
        context.Know(nameof(GitHubOfBuild.GitHubAsync), Task.FromResult(nowhere));
        var plan = new UploadSarif(context).PlanAsync();

        if (fails) Assert.Contains("Set GITHUB_REPOSITORY to owner/name", (await Assert.ThrowsAsync<DeliveryException>(() => plan)).Message, StringComparison.Ordinal);
        else await plan;
        Assert.False(Directory.Exists(Path.Combine(Root, ".nuke", "temp", "upload")));
    }

    [Fact]
    public async Task Findings_of_another_commit_than_the_workflow_runs_for_are_not_sent()
    {
        await ScannedAsync();
        _environment = _environment.With(("GITHUB_REF", "refs/heads/main"), ("GITHUB_SHA", new string('0', 40)));

        await Verb().RunAsync();

        Assert.Empty(GitHub.Requests);
    }

    [Fact]
    public async Task Without_a_token_nothing_is_sent_and_nothing_fails()
    {
        await ScannedAsync();

        await Verb(token: null).RunAsync();

        Assert.Empty(GitHub.Requests);
    }

    [Fact]
    public async Task What_processing_finds_wrong_is_an_error_and_is_sent_again_next_time()
    {
        var repository = GitHub.AddRepository("octo/app");
        repository.ProcessingErrors = ["rejecting SARIF: the reason"];
        await ScannedAsync();

        var failure = await Assert.ThrowsAsync<DeliveryException>(Verb().RunAsync);
        Assert.Contains("Trivy, trivy/acci/linux-amd64/: rejecting SARIF: the reason", failure.Message, StringComparison.Ordinal);

        repository.ProcessingErrors = [];
        await Verb().RunAsync();
        Assert.Equal(4, repository.SarifUploads.Count);
    }

    [Fact]
    public async Task What_was_replaced_since_is_sent_again()
    {
        var repository = GitHub.AddRepository("octo/app");
        await ScannedAsync();
        _repository.Write("artifacts/a.sarif", Report("one"));
        await Verb(files: ["artifacts/a.sarif"]).RunAsync();
        _repository.Write("artifacts/a.sarif", Report("two"));
        await Verb(files: ["artifacts/a.sarif"]).RunAsync();
        _repository.Write("artifacts/a.sarif", Report("one"));

        await Verb(files: ["artifacts/a.sarif"]).RunAsync();

        // Those of the scan once, and GitHub shows what was found last.
        Assert.Equal(["one", "two", "one"], repository.SarifUploads.Skip(2).Select(x => (string?)x.Sarif["runs"]![0]!["results"]![0]!["message"]!["text"]));
    }

    [Fact]
    public async Task What_was_sent_before_a_failure_is_awaited_and_both_are_told()
    {
        var repository = GitHub.AddRepository("octo/app");
        repository.ProcessingErrors = ["rejecting SARIF: the reason"];
        await ScannedAsync();
        var posts = 0;
        GitHub.Fail(Fault.Forbidden("security_events=write") with { When = request => request.Method == "POST" && ++posts > 1 });

        var failure = await Assert.ThrowsAsync<DeliveryException>(Verb().RunAsync);

        Assert.Contains("security_events: write", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Trivy, trivy/acci/linux-amd64/: rejecting SARIF: the reason", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_still_being_processed_is_awaited_the_next_time()
    {
        var repository = GitHub.AddRepository("octo/app");
        repository.PendingAnswers = 2;
        repository.ProcessingErrors = ["rejecting SARIF: the reason"];
        await ScannedAsync();
        await Verb().RunAsync();

        var failure = await Assert.ThrowsAsync<DeliveryException>(Verb().RunAsync);

        Assert.Contains("linux-amd64/: rejecting SARIF", failure.Message, StringComparison.Ordinal);
        Assert.Contains("linux-ppc64le/: rejecting SARIF", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, repository.SarifUploads.Count);
    }

    [Fact]
    public async Task An_upload_whose_processing_cannot_be_asked_for_is_uploaded_all_the_same()
    {
        var repository = GitHub.AddRepository("octo/app");
        await ScannedAsync();
        GitHub.Fail(Fault.Forbidden("security_events=read") with { When = request => request.Method == "GET" });

        await Verb().RunAsync();

        Assert.Equal(2, repository.SarifUploads.Count);
    }

    [Theory]
    [InlineData(403, "Advanced Security must be enabled for this repository to use code scanning.")]
    [InlineData(403, "Code Security must be enabled for this repository to use code scanning.")]
    [InlineData(403, "Code scanning is not enabled for this repository. Please enable code scanning in the repository settings.")]
    [InlineData(404, "Code scanning is not enabled for this repository.")]
    public async Task A_repository_without_code_scanning_stops_nothing(int status, string message)
    {
        var repository = GitHub.AddRepository("octo/app");
        await ScannedAsync();
        GitHub.Fail(Fault.Forbidden() with { Status = status, Message = message });

        await Verb().RunAsync();

        Assert.Empty(repository.SarifUploads);
    }

    [Fact]
    public async Task What_is_accepted_is_in_the_report_and_no_alert()
    {
        var repository = GitHub.AddRepository("octo/app");
        _repository.Write(".trivyignore.yaml", "vulnerabilities:\n  - id: CVE-1\n    statement: not called\n");
        await ScannedAsync();

        await Verb().RunAsync();

        Assert.All(repository.SarifUploads, upload => Assert.Empty(upload.Sarif["runs"]![0]!["results"]!.AsArray()));
        Assert.Contains("not called", await File.ReadAllTextAsync(Path.Combine(Root, "artifacts", "scan", "acci", "linux-amd64.sarif"), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trivy_s_own_results_have_their_line_s_fingerprint_where_there_is_one_and_scoped_packages_differ()
    {
        var repository = GitHub.AddRepository("octo/app");
        await ScannedAsync();
        static string Result(string uri, string package) => $$"""{ "ruleId": "CVE-1", "message": { "text": "{{package}}" }, "locations": [ { "physicalLocation": { "artifactLocation": { "uri": "{{uri}}" }, "region": { "startLine": 1 } }, "message": { "text": "{{uri}}: {{package}}" } } ] }""";
        _repository.Write("artifacts/t.sarif.json", $$"""{ "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": "Trivy" } }, "results": [ {{Result("Dockerfile", "@angular/core@11")}}, {{Result("library/x", "@angular/core@11")}}, {{Result("library/x", "@angular/cli@11")}}, {{Result("library/x", "openssl@1.1.1c-r0")}} ] } ] }""");
        Directory.CreateDirectory(Path.Combine(Root, "artifacts", "reports"));
        File.Move(Path.Combine(Root, "artifacts", "t.sarif.json"), Path.Combine(Root, "artifacts", "reports", "t.sarif.json"));

        await Verb(files: ["artifacts/reports"]).RunAsync();

        var hashes = repository.SarifUploads[2].Sarif["runs"]![0]!["results"]!.AsArray().Select(x => (string?)x!["partialFingerprints"]!["primaryLocationLineHash"]).ToList();
        Assert.Equal(Acci.Delivery.Sarif.LineHashes.Of(await File.ReadAllTextAsync(Path.Combine(Root, "Dockerfile"), Cancellation))[0], hashes[0]);
        Assert.Equal(4, hashes.Distinct().Count());
    }

    [Fact]
    public async Task A_link_that_leads_back_to_its_folder_is_not_followed()
    {
        var repository = GitHub.AddRepository("octo/app");
        await ScannedAsync();
        Directory.CreateDirectory(Path.Combine(Root, "artifacts", "reports"));
        _repository.Write("artifacts/reports/a.sarif", Report("one"));
        Directory.CreateSymbolicLink(Path.Combine(Root, "artifacts", "reports", "back"), ".");
        File.CreateSymbolicLink(Path.Combine(Root, "artifacts", "reports", "b.sarif"), "a.sarif");

        await Verb(files: ["artifacts/reports"]).RunAsync();

        // One for each platform, and the two files of the other tool, which are one.
        Assert.Equal(3, repository.SarifUploads.Count);
        Assert.Equal(2, repository.SarifUploads[2].Sarif["runs"]![0]!["results"]!.AsArray().Count);
    }

    [Fact]
    public async Task Reports_of_other_tools_go_along_and_those_of_one_tool_and_category_are_one()
    {
        var repository = GitHub.AddRepository("octo/app");
        await ScannedAsync();
        Directory.CreateDirectory(Path.Combine(Root, "artifacts", "reports"));
        _repository.Write("artifacts/reports/a.sarif", Report("one"));
        _repository.Write("artifacts/reports/b.sarif", Report("two"));

        await Verb(files: ["artifacts/reports"]).RunAsync();

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

        Assert.Contains(name, (await Assert.ThrowsAsync<WrongUseException>(() => Verb(files: [name]).RunAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Findings_of_another_commit_are_not_shown_for_this_one()
    {
        await ScannedAsync();
        await _repository.Run("git commit -q --allow-empty -m two");

        Assert.Contains("Run BuildImages and ScanImages again", (await Assert.ThrowsAsync<DeliveryException>(Verb().RunAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_scan_there_is_nothing_to_upload() =>
        Assert.Contains("Run ScanImages", (await Assert.ThrowsAsync<DeliveryException>(Verb().RunAsync)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_token_that_may_not_is_an_error_that_names_the_permission()
    {
        GitHub.AddRepository("octo/app");
        GitHub.Fail(Fault.Forbidden("security_events=write"));
        await ScannedAsync();

        Assert.Contains("security_events: write", (await Assert.ThrowsAsync<GitHubException>(Verb().RunAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_published_is_scanned_again_and_shown_for_the_commit_and_tag_it_was_built_from()
    {
        var repository = GitHub.AddRepository("octo/app");
        var revision = await TwoCommitsAsync();
        await using var server = new RegistryServer();
        await server.InitializeAsync();
        await PublishAsync(server, "latest", annotations: new JsonObject { [RevisionKey] = revision, [VersionKey] = "1.2.3" });
        // Nothing fails for what is found: that is what the alerts are for.
        Trivy.AnswerWith([Vulnerability("CVE-1", "CRITICAL")]);

        await Rescan(registry: $"{server.Domain}/team").RunAsync();

        var upload = Assert.Single(repository.SarifUploads);
        Assert.Equal((revision, "refs/tags/v1.2.3"), ((string?)upload.Request["commit_sha"], (string?)upload.Request["ref"]));
        Assert.Equal("trivy/acci/linux-amd64/", (string?)upload.Sarif["runs"]![0]!["automationDetails"]!["id"]);
        var place = upload.Sarif["runs"]![0]!["results"]![0]!["locations"]![0]!["physicalLocation"]!;
        Assert.Equal(("Dockerfile", 3), ((string?)place["artifactLocation"]!["uri"], (int?)place["region"]!["startLine"]));
    }

    [Fact]
    public async Task Each_version_s_findings_are_shown_for_its_own_commit()
    {
        var repository = GitHub.AddRepository("octo/app");
        var old = await TwoCommitsAsync();
        var head = await HeadAsync();
        await _repository.Run("git tag v1.3.0");
        // Each has its own, whatever the workflow runs for.
        _environment = _environment.With(("GITHUB_REF", "refs/heads/main"), ("GITHUB_SHA", new string('0', 40)));
        await using var server = new RegistryServer();
        await server.InitializeAsync();
        var first = await PublishAsync(server, "1.2.3", annotations: new JsonObject { [RevisionKey] = old, [VersionKey] = "1.2.3" });
        var second = await PublishAsync(server, "1.3.0", [9, 9, 9], annotations: new JsonObject { [RevisionKey] = head, [VersionKey] = "1.3.0" });
        Trivy.AnswerWith(Report2("CVE-OLD"), first.Hex);
        Trivy.AnswerWith(Report2("CVE-NEW"), second.Hex);

        await Rescan(registry: $"{server.Domain}/team", images: [$"{server.Domain}/team/acci:1.2.3", $"{server.Domain}/team/acci:1.3.0"]).RunAsync();

        Assert.Equal(
            [(old, "refs/tags/v1.2.3", "CVE-OLD"), (head, "refs/tags/v1.3.0", "CVE-NEW")],
            repository.SarifUploads.Select(x => ((string?)x.Request["commit_sha"], (string?)x.Request["ref"], (string?)x.Sarif["runs"]![0]!["results"]![0]!["ruleId"])));

        static string Report2(string id) => TrivyStandIn.Report([Vulnerability(id, "LOW")]);
    }

    [Fact]
    public async Task An_image_of_another_repository_or_of_no_known_commit_is_scanned_and_not_uploaded_and_one_that_is_not_there_stops_no_other()
    {
        var repository = GitHub.AddRepository("octo/app");
        var revision = await TwoCommitsAsync();
        await using var server = new RegistryServer();
        await server.InitializeAsync();
        await PublishAsync(server, "foreign", [1], annotations: new JsonObject { [RevisionKey] = new string('b', 40), ["org.opencontainers.image.source"] = "https://github.com/else/where" });
        await PublishAsync(server, "silent", [2], annotations: new JsonObject());
        // Labels alone serve, too.
        await PublishAsync(server, "labelled", [3], annotations: new JsonObject(), labels: new JsonObject { [RevisionKey] = revision, [VersionKey] = "1.2.3" });

        var failure = await Assert.ThrowsAsync<DeliveryException>(
            Rescan(registry: $"{server.Domain}/team", images: [.. new[] { "foreign", "silent", "missing", "labelled" }.Select(tag => $"{server.Domain}/team/acci:{tag}")]).RunAsync);

        Assert.Contains("acci:missing", failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, Trivy.Scans.Count);
        Assert.Equal([(revision, "refs/tags/v1.2.3")], repository.SarifUploads.Select(x => ((string?)x.Request["commit_sha"], (string?)x.Request["ref"])));
    }

    private static string Report(string message) => $$"""
        { "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": "ESLint" } }, "results": [
          { "ruleId": "R", "message": { "text": "{{message}}" }, "locations": [ { "physicalLocation": { "artifactLocation": { "uri": "Dockerfile" }, "region": { "startLine": 1 } } } ] } ] } ] }
        """;

    /// <summary>Two commits, the first of them tagged v1.2.3; returns the first.</summary>
    private async Task<string> TwoCommitsAsync()
    {
        _repository.Write("Dockerfile", "# old\n\nFROM debian:13\n");
        _repository.Write(".gitignore", "artifacts/\n");
        await _repository.Run("git init -q -b main", "git add .", "git commit -q -m one", "git tag v1.2.3");
        var revision = await HeadAsync();
        _repository.Write("Dockerfile", "FROM debian:13\n");
        await _repository.Run("git commit -q -a -m two");
        return revision;
    }

    /// <summary>Publishes an image as team/acci with this tag; returns the digest of its platform.</summary>
    private async Task<Digest> PublishAsync(RegistryServer server, string tag, byte[]? layer = null, JsonObject? annotations = null, JsonObject? labels = null)
    {
        var builder = new LayoutBuilder(Path.Combine(Root, "artifacts", $"layout-{tag}"));
        builder.AddImage(Platform.LinuxAmd64, [builder.AddBlob(layer ?? [1, 2, 3])], labels: labels);
        var layout = await builder.WriteAsync(annotations: annotations);
        using var registry = server.Connect();
        var image = ImageReference.Parse($"{server.Domain}/team/acci");
        await registry.PushAsync(layout, image, cancellationToken: Cancellation);
        await registry.PutTagAsync(image, tag, layout.Root.Digest, Cancellation);
        return (await layout.ReadPlatformsAsync(Cancellation)).Single().Manifest.Digest;
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
            Platforms = [.. (await layout.ReadPlatformsAsync(Cancellation)).Select(x => new PublishedPlatform(x.Platform, x.Manifest.Digest, 1))],
        });
        Trivy.AnswerWith([Vulnerability("CVE-1", "MEDIUM")]);
        await new ScanImages(ContextOf()).RunAsync();
        return revision;
    }

    private UploadSarif Verb(bool dryRun = false, string? token = Token, params string[] files) => new(ContextOf(dryRun, token, files: files)) { ProcessingPauses = Pauses };

    private RescanImages Rescan(string registry, string[]? images = null) => new(ContextOf(registry: registry, images: images)) { ProcessingPauses = Pauses };

    [Fact]
    public async Task A_folder_that_cannot_be_read_is_wrong_use()
    {
        const string folder = "/proc/1";
        Assert.SkipUnless(OperatingSystem.IsLinux() && IsRefused(), "Everything below /proc/1 can be read here.");

        var error = await Assert.ThrowsAsync<WrongUseException>(() => new UploadSarif(ContextOf(dryRun: true, files: [folder])).PlanAsync());

        Assert.StartsWith($"--sarif-files: the folder '{folder}' cannot be read: ", error.Message, StringComparison.Ordinal);

        static bool IsRefused()
        {
            try
            {
                _ = Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.ReparsePoint }).Count();
                return false;
            }
            catch (UnauthorizedAccessException)
            {
                return true;
            }
        }
    }

    private DeliveryContext ContextOf(bool dryRun = false, string? token = Token, string registry = "127.0.0.1:5600", string[]? images = null, params string[] files)
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
                Scan = new ScanOptions { Program = Trivy.Program, SarifFiles = files, Images = [.. (images ?? []).Select(ImageReference.Parse)] },
                GitHubToken = token,
                DryRun = dryRun,
            },
            Cancellation) { Environment = _environment };
        context.Know(nameof(GitHubOfBuild.GitHubAsync), Task.FromResult(Connect()));
        return context;
    }
}
