using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Resilience;
using Acci.Delivery.Scanning;
using Acci.Delivery.Tests.Registries;
using static Acci.Delivery.Tests.Scanning.TrivyStandIn;

namespace Acci.Delivery.Tests.Scanning;

public sealed class TrivyTests : ScanningFixture
{
    private string Cache => Path.Combine(Root, "cache");

    private string Report => Path.Combine(Root, "scan", "linux-amd64.json");

    [Fact]
    public async Task A_scan_asks_for_everything_whatever_the_environment_says()
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));
        trivy.AnswerWith([Vulnerability("CVE-1", "LOW")]);
        // Trivy would find these by itself where it is started.
        Write(".trivyignore", "CVE-1\n");

        var report = await trivy.Scanner(Cache).ScanLayoutAsync(await LayoutAsync(), Report, Cancellation);

        Assert.Equal("CVE-1", Assert.Single(report.Findings()).Id);
        var call = Assert.Single(trivy.Scans);
        foreach (var words in (string[])["--format json", "--list-all-pkgs", "--severity UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL", "--exit-code 0", $"--cache-dir {Cache}"]) Assert.Contains(words, call, StringComparison.Ordinal);
        Assert.True(Trivy.DefaultDatabases.Count > 1);
        Assert.Contains(string.Join(' ', Trivy.DefaultDatabases.Select(x => $"--db-repository {x}")), call, StringComparison.Ordinal);
        Assert.DoesNotContain("ignore", call, StringComparison.Ordinal);
        Assert.Equal([Report], Directory.EnumerateFiles(Path.GetDirectoryName(Report)!));
    }

    [Fact]
    public async Task Offline_no_database_is_asked_for()
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));

        await (trivy.Scanner(Cache) with { Offline = true }).ScanLayoutAsync(await LayoutAsync(), Report, Cancellation);

        Assert.Contains("--skip-db-update --skip-java-db-update --offline-scan", Assert.Single(trivy.Scans), StringComparison.Ordinal);
        Assert.DoesNotContain("--db-repository", trivy.Scans[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_limited_is_asked_for_again_and_then_the_one_that_is_there_serves()
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));
        trivy.FailDatabase("FATAL\tFatal error\tinit error: DB error: failed to download vulnerability DB: OCI artifact error: GET https://ghcr.io/v2/: TOOMANYREQUESTS: retry-after: 804.543µs");
        Write("cache/db/metadata.json", """{ "Version": 2, "UpdatedAt": "2026-11-23T06:00:00.123456789Z" }""");

        await trivy.Scanner(Cache).ScanLayoutAsync(await LayoutAsync(), Report, Cancellation);

        Assert.True(trivy.Scans.Count > 2);
        Assert.Contains("--skip-db-update", trivy.Scans[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_database_the_error_says_what_to_do()
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));
        trivy.FailDatabase("FATAL\tFatal error\tinit error: DB error: failed to download vulnerability DB: dial tcp: lookup ghcr.io: no such host");

        var failure = await Assert.ThrowsAsync<DeliveryException>(async () => await trivy.Scanner(Cache).ScanLayoutAsync(await LayoutAsync(), Report, Cancellation));

        Assert.Contains("no such host", failure.Message, StringComparison.Ordinal);
        Assert.Contains("--scan-databases", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Report));
    }

    [Fact]
    public async Task A_scan_that_fails_for_another_reason_is_not_repeated()
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));
        trivy.Fail("FATAL\tFatal error\timage scan error: unable to open the image");

        var failure = await Assert.ThrowsAsync<CommandFailedException>(async () => await trivy.Scanner(Cache).ScanLayoutAsync(await LayoutAsync(), Report, Cancellation));

        Assert.Contains("unable to open the image", failure.Message, StringComparison.Ordinal);
        Assert.Single(trivy.Scans);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{ \"SchemaVersion\": 1 }")]
    [InlineData("{ \"SchemaVersion\": 2, \"Results\": 7 }")]
    public async Task A_report_that_cannot_be_read_is_an_error_and_not_an_image_without_findings(string content)
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));
        trivy.AnswerWith(content);

        var failure = await Assert.ThrowsAsync<DeliveryException>(async () => await trivy.Scanner(Cache).ScanLayoutAsync(await LayoutAsync(), Report, Cancellation));

        Assert.Contains(Report, failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Report));
    }

    [Fact]
    public async Task A_registry_s_password_is_no_argument()
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));

        await (trivy.Scanner(Cache) with { Login = ("ada", "open sesame 0815") }).ScanPublishedAsync(ImageReference.Parse("ghcr.io/o/app").WithDigest(Digest.Of([1])), Report, Cancellation);

        Assert.EndsWith($"--image-src remote ghcr.io/o/app@{Digest.Of([1])}", Assert.Single(trivy.Scans), StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", trivy.Scans[0], StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_container_it_sees_the_same_folders_and_is_pinned()
    {
        var image = ImageReference.Parse("ghcr.io/aquasecurity/trivy").WithDigest(Digest.Of([1]));

        var command = new TrivyProgram.Container(new DockerEngine("docker"), image).Command(["image", "--input", "/in"], ["/in", "/out", "/in"], new Dictionary<string, string?> { ["TRIVY_PASSWORD"] = "s", ["TRIVY_SEVERITY"] = null });

        Assert.Contains("--volume /in:/in --volume /out:/out", string.Join(' ', command.Arguments), StringComparison.Ordinal);
        Assert.EndsWith($"--env TRIVY_PASSWORD {image} image --input /in", string.Join(' ', command.Arguments), StringComparison.Ordinal);
        Assert.Equal("s", command.Environment["TRIVY_PASSWORD"]);
    }

    [Theory]
    [InlineData("0.69.4")]
    [InlineData("0.69.5")]
    [InlineData("0.69.6")]
    public async Task A_malicious_version_is_refused_and_what_the_linker_wrote_is_enough_not_to_start_it(string version)
    {
        var unmarked = new TrivyStandIn(Path.Combine(Root, "unmarked"), version);
        var marked = new TrivyStandIn(Path.Combine(Root, "marked"), "0.69.3", $"-X github.com/aquasecurity/trivy/pkg/version/app.ver={version}\\0");

        foreach (var program in (string[])[unmarked.Program, marked.Program])
        {
            var failure = await Assert.ThrowsAsync<DeliveryException>(() => Locate(program));
            Assert.Contains($"Trivy {version}", failure.Message, StringComparison.Ordinal);
            Assert.Contains("GHSA-69fq-xp46-6x23", failure.Message, StringComparison.Ordinal);
        }

        Assert.False(marked.WasStarted);
    }

    [Theory]
    [InlineData("0.69.3")]
    [InlineData("0.70.0")]
    [InlineData("0.69.7")]
    public async Task Other_versions_are_taken(string version) => Assert.Equal(version, (await Locate(new TrivyStandIn(Path.Combine(Root, "bin"), version).Program)).Scanner?.Version?.ToString());

    [Fact]
    public async Task A_version_in_the_middle_of_a_large_program_is_found()
    {
        var file = Path.Combine(Root, "large");
        await using (var stream = File.Create(file))
        {
            stream.SetLength((3 * 1024 * 1024) + 7);
            // Across the border of two reads.
            stream.Position = (1024 * 1024) - 20;
            stream.Write("-X github.com/aquasecurity/trivy/pkg/version/app.ver=0.69.5\""u8);
        }

        Assert.Equal("0.69.5", TrivyVersion.FindInFile(file)?.ToString());
        Assert.Null(TrivyVersion.FindInFile(Write("small", "nothing")));
    }

    [Fact]
    public async Task Without_a_program_and_a_pin_the_obstacle_says_what_to_do()
    {
        var (scanner, obstacle) = await Locate(null);

        Assert.Null(scanner);
        Assert.Contains("trivy is not on the PATH", obstacle, StringComparison.Ordinal);
        Assert.Contains("Install it", obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pin_without_a_checksum_is_not_fetched_and_says_what_is_missing()
    {
        var (scanner, obstacle) = await Locate(null, new ToolLocks { Trivy = new ToolLocks.ToolLock { Version = "0.70.0", Checksums = "https://example.com/sums", Archives = new Dictionary<string, ToolLocks.ToolArchive> { [ToolFetch.Machine] = new("http://127.0.0.1:9/x.tar.gz", null) } } });

        Assert.Null(scanner);
        Assert.Contains("without the checksum", obstacle, StringComparison.Ordinal);
        Assert.Contains("https://example.com/sums", obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pinned_malicious_version_is_refused_before_it_is_fetched() =>
        Assert.Contains("malicious", (await Assert.ThrowsAsync<DeliveryException>(() => Locate(null, new ToolLocks { Trivy = new ToolLocks.ToolLock { Version = "0.69.4" } }))).Message, StringComparison.Ordinal);

    [Fact]
    public void The_repository_s_own_pin_is_read_and_safe()
    {
        var locks = ToolLocks.Read(Path.Combine(SourceTree.Root, "deploy", "locks", "tools.json"));

        TrivyVersion.EnsureSafe(NuGet.Versioning.NuGetVersion.Parse(locks.Trivy!.Version), "here");
        Assert.All(locks.Trivy.Archives.Values, archive => Assert.Contains($"v{locks.Trivy.Version}/", archive.Url, StringComparison.Ordinal));
        Assert.All(locks.Trivy.Archives.Values, archive => Assert.True(archive.Sha256 is null || archive.Sha256.Length == 64));
    }

    [Theory]
    [InlineData("{ \"trivy\": { \"version\": 7 } }")]
    [InlineData("{ \"trivi\": { } }")]
    [InlineData("{")]
    public void A_lock_file_that_is_damaged_is_told_with_its_line(string content)
    {
        var file = Write("tools.json", content);

        Assert.Contains($"{file}, line 1", Assert.Throws<DeliveryException>(() => ToolLocks.Read(file)).Message, StringComparison.Ordinal);
    }

    private Task<(Trivy? Scanner, string? Obstacle)> Locate(string? program, ToolLocks? locks = null) =>
        new TrivyLocator(locks ?? new ToolLocks(), "deploy/locks/tools.json", new CacheDirectory(Cache), () => Task.FromResult<DockerEngine?>(null)) { Installed = program, Retry = new RetryOptions { Budget = TimeSpan.FromSeconds(1) } }.LocateAsync(Cancellation);

    private async Task<string> LayoutAsync() => (await LayoutBuilder.WriteSmallAsync(Path.Combine(Root, "layout"))).Folder;
}
