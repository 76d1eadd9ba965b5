using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Scanning;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;
using static Acci.Testing.TrivyStandIn;

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
        using var severity = new Variable("TRIVY_SEVERITY", "CRITICAL");
        using var unfixed = new Variable("TRIVY_IGNORE_UNFIXED", "true");
        using var status = new Variable("TRIVY_IGNORE_STATUS", "affected");
        using var insecure = new Variable("TRIVY_INSECURE", "false");

        var report = await trivy.Scanner(Cache).ScanLayoutAsync(await LayoutAsync(), Report, Cancellation);

        Assert.Equal("CVE-1", Assert.Single(report.Findings()).Id);
        Assert.Equal(["TRIVY_DISABLE_TELEMETRY=true", "TRIVY_INSECURE=false", "TRIVY_SKIP_VERSION_CHECK=true"], trivy.Variables);
        // Where it is started Trivy would find a .trivyignore or trivy.yaml by itself.
        Assert.Equal(Path.GetDirectoryName(Report), trivy.WorkingFolder);
        var call = Assert.Single(trivy.Scans);
        foreach (var words in (string[])["--format json", "--list-all-pkgs", "--severity UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL", "--exit-code 0", $"--cache-dir {Cache}"]) Assert.Contains(words, call, StringComparison.Ordinal);
        Assert.True(ScanOptions.DefaultDatabases.Count > 1);
        Assert.Contains(string.Join(' ', ScanOptions.DefaultDatabases.Select(x => $"--db-repository {x}")), call, StringComparison.Ordinal);
        Assert.Contains("--java-db-repository mirror.gcr.io/aquasec/trivy-java-db:1 --java-db-repository public.ecr.aws/aquasecurity/trivy-java-db:1 --java-db-repository ghcr.io/aquasecurity/trivy-java-db:1", call, StringComparison.Ordinal);
        Assert.DoesNotContain("ignore", call, StringComparison.Ordinal);
        Assert.Equal([Report], Directory.EnumerateFiles(Path.GetDirectoryName(Report)!));
    }

    [Fact]
    public void A_dry_run_shows_the_command_that_would_be_run() => Assert.Matches(
        "^trivy image --format json .*--db-repository [^ ]+/trivy-db:2 .*--output out.json --image-src remote ghcr.io/o/app$",
        new Trivy(new TrivyProgram.Installed("trivy"), Cache).ToTyped(Trivy.OfPublished("ghcr.io/o/app"), "out.json"));

    [Fact]
    public async Task Offline_no_database_is_asked_for()
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));

        await (trivy.Scanner(Cache) with { Offline = true }).ScanLayoutAsync(await LayoutAsync(), Report, Cancellation);

        Assert.Contains("--skip-db-update --skip-java-db-update --offline-scan", Assert.Single(trivy.Scans), StringComparison.Ordinal);
        Assert.DoesNotContain("db-repository", trivy.Scans[0], StringComparison.Ordinal);
        Assert.Contains("TRIVY_SKIP_VERSION_CHECK=true", trivy.Variables);
        Assert.Contains("TRIVY_DISABLE_TELEMETRY=true", trivy.Variables);
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

    [Theory]
    [InlineData("FATAL\tFatal error\trun error: init error: DB error: --skip-db-update cannot be specified on the first run", "There is no vulnerability database in ")]
    [InlineData("FATAL\tFatal error\trun error: Java DB update failed: '--skip-java-db-update' cannot be specified on the first run", "There is no database of Java archives in ")]
    public async Task Offline_the_database_that_is_missing_is_named(string said, string problem)
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));
        trivy.Fail(said);

        var failure = await Assert.ThrowsAsync<DeliveryException>(async () => await (trivy.Scanner(Cache) with { Offline = true }).ScanLayoutAsync(await LayoutAsync(), Report, Cancellation));

        Assert.StartsWith(problem, failure.Message, StringComparison.Ordinal);
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
    [InlineData("{ \"SchemaVersion\": 2, \"Results\": [ null ] }")]
    [InlineData("{ \"SchemaVersion\": 2, \"Results\": [ { \"Vulnerabilities\": [ null ] } ] }")]
    public async Task A_report_that_cannot_be_read_is_an_error_and_not_an_image_without_findings(string content)
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));
        trivy.AnswerWith(content);

        var failure = await Assert.ThrowsAsync<DeliveryException>(async () => await trivy.Scanner(Cache).ScanLayoutAsync(await LayoutAsync(), Report, Cancellation));

        Assert.Contains(Report, failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Report));
    }

    [Theory]
    [InlineData("\"SEVERE\"")]
    [InlineData("\"\"")]
    [InlineData("null")]
    public void A_severity_that_is_none_is_an_error_and_not_a_harmless_one(string severity)
    {
        var file = Write("report.json", $$$"""{ "SchemaVersion": 2, "Results": [ { "Target": "app/a.json", "Vulnerabilities": [ { "VulnerabilityID": "CVE-7", "Severity": {{{severity}}} } ] } ] }""");

        var failure = Assert.Throws<DeliveryException>(() => TrivyReport.Read(file));

        foreach (var word in (string[])[file, "app/a.json", "CVE-7", "severity"]) Assert.Contains(word, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_s_password_arrives_for_that_registry_alone_and_is_no_argument()
    {
        var trivy = new TrivyStandIn(Path.Combine(Root, "bin"));
        var scanner = trivy.Scanner(Cache) with { Login = new Credentials("ada", "open, sesame 0815").For("ghcr.io") };

        await scanner.ScanPublishedAsync(ImageReference.Parse("ghcr.io/o/app").WithDigest(Digest.Of([1])), Report, Cancellation);

        Assert.EndsWith($"--image-src remote ghcr.io/o/app@{Digest.Of([1])}", Assert.Single(trivy.Scans), StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", trivy.Scans[0], StringComparison.Ordinal);
        Assert.Equal($$$$"""{"auths":{"ghcr.io":{"auth":"{{{{Convert.ToBase64String("ada:open, sesame 0815"u8)}}}}"}}}""", trivy.Login);
        // Trivy would send these to every registry it asks.
        Assert.DoesNotContain(trivy.Variables, x => x.StartsWith("TRIVY_USERNAME", StringComparison.Ordinal) || x.StartsWith("TRIVY_PASSWORD", StringComparison.Ordinal));

        await scanner.ScanPublishedAsync(ImageReference.Parse("evil.example/x").WithDigest(Digest.Of([1])), Report, Cancellation);
        Assert.Null(trivy.Login);
        await scanner.ScanLayoutAsync(await LayoutAsync(), Report, Cancellation);
        Assert.Null(trivy.Login);
    }

    [Fact]
    public void In_a_container_it_sees_the_same_folders_and_is_pinned_and_what_it_writes_is_the_user_s()
    {
        using var proxy = new Variable("NO_PROXY", "localhost,secret.example");
        var image = ImageReference.Parse("ghcr.io/aquasecurity/trivy").WithDigest(Digest.Of([1]));

        var command = new TrivyProgram.Container(new DockerEngine("docker"), image) { User = "1000:1000" }.Command(
            ["image", "--input", "/in"], ["/in", "/out", "/in"], new Dictionary<string, string?> { ["TRIVY_REGISTRY_TOKEN"] = "s", ["TRIVY_SEVERITY"] = null, ["DOCKER_CONFIG"] = "/login" });

        var line = string.Join(' ', command.Arguments);
        Assert.Contains("--user 1000:1000 --volume /in:/in --volume /out:/out --volume /login:/login:ro --env DOCKER_CONFIG=/login", line, StringComparison.Ordinal);
        Assert.Contains("--env TRIVY_REGISTRY_TOKEN", line, StringComparison.Ordinal);
        Assert.Contains("--env NO_PROXY", line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
        Assert.DoesNotContain("TRIVY_SEVERITY", line, StringComparison.Ordinal);
        Assert.EndsWith($"{image} image --input /in", line, StringComparison.Ordinal);
        Assert.Equal("s", command.Environment["TRIVY_REGISTRY_TOKEN"]);
        // docker's own login and context are not the image's.
        Assert.False(command.Environment.ContainsKey("DOCKER_CONFIG"));
    }

    [Fact]
    public async Task An_image_whose_tag_says_that_it_is_malicious_is_not_started()
    {
        var locks = new ToolLocks { Trivy = new ToolLocks.ToolLock { Version = "0.70.0", Image = $"ghcr.io/aquasecurity/trivy:0.69.5@{Digest.Of([1])}" } };

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => Locate(null, locks, new DockerEngine("/no/docker")));

        Assert.Contains("Trivy 0.69.5", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_cannot_be_had_is_an_obstacle()
    {
        var docker = Write("docker", "#!/bin/sh\n[ \"$1\" = info ] && exit 0\necho 'Unable to find image, and no route to its registry' >&2\nexit 125\n");
        File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var (scanner, obstacle) = await Locate(null, new ToolLocks { Trivy = new ToolLocks.ToolLock { Version = "0.70.0", Image = $"ghcr.io/aquasecurity/trivy:0.70.0@{Digest.Of([1])}" } }, new DockerEngine(docker));

        Assert.Null(scanner);
        Assert.Contains("no route to its registry", obstacle, StringComparison.Ordinal);
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
    public async Task An_engine_that_does_not_see_what_is_to_be_scanned_does_not_run_its_image()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var docker = Write("docker", """
            #!/bin/sh
            case $1 in create) echo 'bind source path does not exist: /x.' >&2; exit 1 ;; run) echo 'Version: 0.70.0' ;; esac
            """);
        File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var pinned = new ToolLocks { Trivy = new ToolLocks.ToolLock { Version = "0.70.0", Image = $"docker.io/aquasec/trivy:0.70.0@sha256:{new string('0', 64)}" } };

        var (scanner, obstacle) = await Locate(null, pinned, new DockerEngine(docker));

        Assert.Null(scanner);
        Assert.Contains($"does not see {Path.Combine(Cache, "trivy")} (bind source path does not exist: /x)", obstacle, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"trivy\": { \"version\": 7 } }", "'trivy.version' is not valid")]
    [InlineData("{ \"trivi\": { } }", "'trivi' is not valid")]
    [InlineData("{", "line 1 is not valid JSON")]
    public void A_damaged_lock_file_is_named_with_the_place(string content, string problem)
    {
        var file = Write("tools.json", content);

        Assert.Equal($"{file}: {problem}.", Assert.Throws<DeliveryException>(() => ToolLocks.Read(file)).Message);
    }

    private Task<(Trivy? Scanner, string? Obstacle)> Locate(string? program, ToolLocks? locks = null, DockerEngine? engine = null) =>
        new TrivyLocator(locks ?? new ToolLocks(), "deploy/locks/tools.json", new CacheDirectory(Cache), () => Task.FromResult(engine)) { Installed = program, Retry = new RetryOptions { Budget = TimeSpan.FromSeconds(1) } }.LocateAsync(Cancellation);

    /// <summary>A variable of this process, for a while.</summary>
    private sealed class Variable : IDisposable
    {
        private readonly string _name;
        private readonly string? _before;

        public Variable(string name, string value)
        {
            (_name, _before) = (name, Environment.GetEnvironmentVariable(name));
            Environment.SetEnvironmentVariable(name, value);
        }

        public void Dispose() => Environment.SetEnvironmentVariable(_name, _before);
    }

    private async Task<string> LayoutAsync() => (await LayoutBuilder.WriteSmallAsync(Path.Combine(Root, "layout"))).Folder;
}
