using Acci.Delivery.Caching;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Publishing;
using Acci.Delivery.Scanning;
using Acci.Testing;
using static Acci.Testing.TrivyStandIn;

namespace Acci.Delivery.Tests.Scanning;

/// <summary>A built image on its way through the scan.</summary>
public sealed class ScanTests : ScanningFixture
{
    private TrivyStandIn? _trivy;

    // One build of a checkout at a time.
    private DeliveryContext? Context
    {
        get;
        set
        {
            field?.Dispose();
            field = value;
        }
    }

    private TrivyStandIn Trivy => _trivy ??= new TrivyStandIn(Path.Combine(Root, "bin"));

    private string RecordFile => Path.Combine(Root, "artifacts", "publish", "acci.json");

    private PublishRecord Record => PublishRecord.Read(RecordFile)!;

    private string Artifact(string name) => Path.Combine(Root, "artifacts", "scan", name);

    [Fact]
    public async Task Every_platform_is_scanned_once_and_reported()
    {
        Trivy.AnswerWith([Vulnerability("CVE-1", "MEDIUM")], "amd64");
        Trivy.AnswerWith([Vulnerability("CVE-1", "MEDIUM"), Vulnerability("CVE-2", "LOW")], "ppc64le");
        var verb = await BuiltAsync();

        await verb.RunAsync();

        Assert.Equal(2, Trivy.Scans.Count);
        Assert.Equal("1 medium, 1 low", Record.Steps[PublishStep.Scan].Result);
        foreach (var file in (string[])["report.html", "summary.md", "acci/linux-amd64.json", "acci/linux-ppc64le.sarif", "acci/scan.json"]) Assert.True(File.Exists(Artifact(file)), file);
        Assert.Equal(["acci"], Directory.EnumerateDirectories(Path.Combine(Root, "artifacts", "images")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_critical_finding_stops_and_the_same_ignored_until_tomorrow_passes_today_without_another_scan()
    {
        Trivy.AnswerWith([Vulnerability("CVE-1", "CRITICAL")]);
        var verb = await BuiltAsync();

        var failure = await Assert.ThrowsAsync<DeliveryException>(verb.RunAsync);
        Assert.Contains("CRITICAL CVE-1 openssl 3.0.15-1 → 3.0.17-1 (linux/amd64, linux/ppc64le)", failure.Message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine("artifacts", "scan", "report.html"), failure.Message, StringComparison.Ordinal);
        Assert.False(Record.Steps.ContainsKey(PublishStep.Scan));
        Assert.True(File.Exists(Artifact("acci/linux-amd64.sarif")));

        Ignore("CVE-1", DateTimeOffset.UtcNow.AddDays(1));
        await verb.RunAsync();
        Assert.Equal("no findings; 1 ignored", Record.Steps[PublishStep.Scan].Result);
        Assert.Equal(2, Trivy.Scans.Count);
    }

    [Fact]
    public async Task An_ignore_that_expired_since_stops_what_had_passed_and_what_came_after_is_open_again()
    {
        Trivy.AnswerWith([Vulnerability("CVE-1", "CRITICAL")]);
        Ignore("CVE-1", DateTimeOffset.UtcNow.AddDays(1));
        var verb = await BuiltAsync();
        await verb.RunAsync();
        await PublishTransaction.Resume(RecordFile, "acci").RedoAsync(PublishStep.Push, () => Task.FromResult("pushed"));

        await verb.RunAsync();
        Assert.True(Record.Steps.ContainsKey(PublishStep.Push));

        Ignore("CVE-1", DateTimeOffset.UtcNow.AddDays(-1));
        var failure = await Assert.ThrowsAsync<DeliveryException>(verb.RunAsync);
        Assert.Contains("CVE-1 expired", failure.Message, StringComparison.Ordinal);
        Assert.Equal([PublishStep.SmokeTest], Record.Steps.Keys);
    }

    [Fact]
    public async Task Another_severity_is_judged_without_another_scan()
    {
        Trivy.AnswerWith([Vulnerability("CVE-1", "MEDIUM")]);
        await (await BuiltAsync()).RunAsync();

        await Assert.ThrowsAsync<DeliveryException>(Verb(new ScanOptions { Program = Trivy.Program, Severities = [Severity.Medium] }).RunAsync);

        Assert.Equal(2, Trivy.Scans.Count);
        Assert.False(Record.Steps.ContainsKey(PublishStep.Scan));
    }

    [Fact]
    public async Task A_scan_that_was_asked_for_is_made_and_no_earlier_one_is_judged()
    {
        Trivy.AnswerWith([Vulnerability("CVE-1", "LOW")]);
        await (await BuiltAsync()).RunAsync();
        Trivy.AnswerWith([]);

        await new ScanImages(ContextOf(new ScanOptions { Program = Trivy.Program })) { IsAskedFor = true }.RunAsync();
        Assert.Equal((4, "no findings"), (Trivy.Scans.Count, Record.Steps[PublishStep.Scan].Result));

        var context = ContextOf(new ScanOptions { Program = Trivy.Program }, republish: true);
        await new ScanImages(context).RunAsync();
        Assert.Equal(6, Trivy.Scans.Count);
    }

    [Fact]
    public async Task A_scan_that_does_not_end_leaves_no_earlier_one_in_its_place()
    {
        Trivy.AnswerWith([]);
        await (await BuiltAsync()).RunAsync();
        Assert.True(Record.Steps.ContainsKey(PublishStep.Scan));
        Trivy.AnswerWith([Vulnerability("CVE-1", "CRITICAL")]);
        // The page cannot be written.
        File.Delete(Artifact("report.html"));
        Directory.CreateDirectory(Artifact("report.html"));

        await Assert.ThrowsAnyAsync<Exception>(new ScanImages(ContextOf(new ScanOptions { Program = Trivy.Program })) { IsAskedFor = true }.RunAsync);

        Assert.False(Record.Steps.ContainsKey(PublishStep.Scan));
    }

    [Fact]
    public async Task A_scan_that_is_used_again_says_how_old_it_is()
    {
        Trivy.AnswerWith([Vulnerability("CVE-1", "LOW")]);
        await (await BuiltAsync()).RunAsync();
        var at = Record.Steps[PublishStep.Scan].At;
        var (later, tooLate) = (new TestClock(), new TestClock());
        later.SetUtcNow(at.AddMinutes(130));
        tooLate.SetUtcNow(at.AddHours(7));

        await new ScanImages(ContextOf(new ScanOptions { Program = Trivy.Program }, time: later)).RunAsync();

        Assert.Equal(2, Trivy.Scans.Count);
        Assert.Equal(at, Record.Steps[PublishStep.Scan].At);
        Assert.Contains("1 low \\(scanned 2 h 10 min before\\): passed", await File.ReadAllTextAsync(Artifact("summary.md"), Cancellation), StringComparison.Ordinal);

        await new ScanImages(ContextOf(new ScanOptions { Program = Trivy.Program }, time: tooLate)).RunAsync();
        Assert.Equal(4, Trivy.Scans.Count);
    }

    [Fact]
    public async Task Another_digest_is_scanned()
    {
        await (await BuiltAsync()).RunAsync();

        await (await BuiltAsync(seed: 99)).RunAsync();

        Assert.Equal(4, Trivy.Scans.Count);
    }

    [Fact]
    public async Task A_scan_that_breaks_off_leaves_no_record_beside_the_reports_of_another()
    {
        var verb = await BuiltAsync();
        await verb.RunAsync();
        await BuiltAsync(seed: 99);
        Trivy.Fail("FATAL\tFatal error\tno space left on device");

        await Assert.ThrowsAnyAsync<DeliveryException>(Verb(new ScanOptions { Program = Trivy.Program }).RunAsync);

        Assert.False(File.Exists(Artifact("acci/scan.json")));
    }

    [Fact]
    public async Task What_the_gate_stopped_is_not_pushed_even_on_this_machine_and_even_if_it_was_skipped_before()
    {
        var verb = await BuiltAsync();
        PublishTransaction.Resume(RecordFile, "acci").Update(record => record with { NotScanned = "there was no scanner" });
        Trivy.AnswerWith([Vulnerability("CVE-1", "CRITICAL")]);
        await Assert.ThrowsAsync<DeliveryException>(verb.RunAsync);

        var failure = await Assert.ThrowsAsync<DeliveryException>(new SignImages(ContextOf(new ScanOptions())).RunAsync);

        Assert.Contains("has not been scanned and passed", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_of_an_earlier_image_does_not_stay_when_nothing_is_scanned()
    {
        Assert.SkipWhen(Acci.Delivery.Processes.Executables.Find("trivy") is not null, "There is a scanner here.");
        await (await BuiltAsync()).RunAsync();
        await BuiltAsync(seed: 99);

        await Verb(new ScanOptions()).RunAsync();

        Assert.False(File.Exists(Artifact("report.html")));
        Assert.False(File.Exists(Artifact("summary.md")));
    }

    [Fact]
    public async Task What_was_recognised_is_told_and_what_was_not_too()
    {
        Trivy.AnswerWith(Report([]), "amd64");
        Trivy.AnswerWith(Report([], system: new { Family = "none", Name = "" }, packages: 0, applicationPackages: 0), "ppc64le");

        await (await BuiltAsync()).RunAsync();

        var summary = await File.ReadAllTextAsync(Artifact("summary.md"), Cancellation);
        Assert.Contains("linux/amd64 \\(5 packages, debian 13.1\\)\n", summary, StringComparison.Ordinal);
        Assert.Contains("linux/ppc64le \\(0 packages, no known operating system\\): **no package was recognised in it", summary, StringComparison.Ordinal);
        Assert.Contains("5 packages, debian 13.1", await File.ReadAllTextAsync(Artifact("report.html"), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_binary_that_the_scanner_does_not_see_into_is_no_clean_one()
    {
        Trivy.AnswerWith(Report([], applicationPackages: 0), "amd64");
        Trivy.AnswerWith(Report([], applicationPackages: 7), "ppc64le");
        const string seen = "not all of linux/amd64 can be seen by the scanner";

        await (await BuiltAsync()).RunAsync();

        var summary = await File.ReadAllTextAsync(Artifact("summary.md"), Cancellation);
        Assert.Contains("linux/amd64 \\(3 packages, none of an application, debian 13.1\\): **no package of its application was recognised, and 7 were in linux/ppc64le", summary, StringComparison.Ordinal);
        Assert.Contains("linux/ppc64le \\(10 packages, debian 13.1\\)\n", summary, StringComparison.Ordinal);
        Assert.Contains(seen, summary, StringComparison.Ordinal);
        Assert.Contains(seen, await File.ReadAllTextAsync(Artifact("report.html"), Cancellation), StringComparison.Ordinal);
        Assert.Contains(seen, Record.Steps[PublishStep.Scan].Result, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_of_whose_application_nothing_is_recognised_on_any_platform_is_no_clean_one()
    {
        Trivy.AnswerWith(Report([], applicationPackages: 0));
        const string seen = "not all of linux/amd64, linux/ppc64le can be seen by the scanner";

        await (await BuiltAsync()).RunAsync();

        var summary = await File.ReadAllTextAsync(Artifact("summary.md"), Cancellation);
        Assert.Contains("linux/amd64 \\(3 packages, none of an application, debian 13.1\\): **no package of its application was recognised", summary, StringComparison.Ordinal);
        Assert.Contains(seen, await File.ReadAllTextAsync(Artifact("report.html"), Cancellation), StringComparison.Ordinal);
        Assert.Contains(seen, Record.Steps[PublishStep.Scan].Result, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(40, false)]
    [InlineData(1, true)]
    [InlineData(40, true)]
    public async Task What_an_old_database_does_not_find_is_no_clean_image(int days, bool isRequired)
    {
        Trivy.AnswerWith(Report([]));
        await BuiltAsync();
        var verb = Verb(new ScanOptions { Program = Trivy.Program, Required = isRequired, Offline = true });
        var made = DateTimeOffset.UtcNow.AddDays(-days);
        Write("cache/trivy/db/metadata.json", $$"""{ "Version": 2, "UpdatedAt": "{{made:O}}" }""");

        if (days > 8 && isRequired)
        {
            Assert.Contains($"the vulnerability database is of {made:yyyy-MM-dd}, {days} days before the scan", (await Assert.ThrowsAsync<DeliveryException>(verb.RunAsync)).Message, StringComparison.Ordinal);
            Assert.False(Record.Steps.ContainsKey(PublishStep.Scan));
            Assert.Contains("what became known since cannot be found", await File.ReadAllTextAsync(Artifact("report.html"), Cancellation), StringComparison.Ordinal);
            return;
        }

        await verb.RunAsync();

        Assert.Equal(days > 8 ? $"no findings; the vulnerability database is of {made:yyyy-MM-dd}, {days} days before the scan" : "no findings", Record.Steps[PublishStep.Scan].Result);
        Assert.Contains($"vulnerability database of {made:yyyy-MM-dd HH:mm} UTC", await File.ReadAllTextAsync(Artifact("report.html"), Cancellation), StringComparison.Ordinal);
        Assert.Equal(days > 8, (await File.ReadAllTextAsync(Artifact("report.html"), Cancellation)).Contains("what became known since cannot be found", StringComparison.Ordinal));
        // A newer one may be there by now.
        var before = Trivy.Scans.Count;
        await verb.RunAsync();
        Assert.Equal(days > 8 ? before * 2 : before, Trivy.Scans.Count);
    }

    [Theory]
    [InlineData("{ \"Family\": \"debian\", \"Name\": \"9\", \"EOSL\": true }", 5, "end of life")]
    [InlineData("{ \"Family\": \"debian\", \"Name\": \"13\" }", 5, null)]
    [InlineData("{ \"Family\": \"debian\", \"Name\": \"13\" }", 0, "no package")]
    [InlineData("null", 5, "operating system")]
    // What an unknown /etc/os-release is told as.
    [InlineData("{ \"Family\": \"none\", \"Name\": \"\" }", 5, "operating system")]
    [InlineData("{ \"Family\": \"fedora\", \"Name\": \"42\" }", 5, "or the scanner has no advisories of it")]
    [InlineData("{ \"Family\": \"centos-stream\", \"Name\": \"9\" }", 5, "no package of centos-stream 9 was recognised, or the scanner has no advisories of it")]
    [InlineData("{ \"Family\": \"centos\", \"Name\": \"9\" }", 5, "or the scanner has no advisories of it")]
    [InlineData("{ \"Family\": \"centos\", \"Name\": \"8.4.2105\" }", 5, null)]
    [InlineData("{ \"Family\": \"redhat\", \"Name\": \"10.1\" }", 5, "or the scanner has no advisories of it")]
    [InlineData("{ \"Family\": \"redhat\", \"Name\": \"\" }", 5, "or the scanner has no advisories of it")]
    [InlineData("{ \"Family\": \"redhat\", \"Name\": \"9.6\" }", 5, null)]
    [InlineData("{ \"Family\": \"opensuse\", \"Name\": \"13.2\" }", 5, "or the scanner has no advisories of it")]
    [InlineData("{ \"Family\": \"opensuse-leap\", \"Name\": \"15.6\" }", 5, null)]
    [InlineData("{ \"Family\": \"azurelinux\", \"Name\": \"3.0\" }", 5, null)]
    [InlineData("{ \"Family\": \"oracle\", \"Name\": \"10.0\" }", 5, "or the scanner has no advisories of it")]
    [InlineData("{ \"Family\": \"oracle\", \"Name\": \"9.6\" }", 5, null)]
    [InlineData("{ \"Family\": \"debian\", \"Name\": \"forky/sid\" }", 5, "or the scanner has no advisories of it")]
    [InlineData("{ \"Family\": \"debian\", \"Name\": \"14\" }", 5, "debian 14 is later than the releases that the scanner is known to have advisories of")]
    [InlineData("{ \"Family\": \"debian\", \"Name\": \"13.9\" }", 5, null)]
    [InlineData("{ \"Family\": \"ubuntu\", \"Name\": \"27.04\" }", 5, "is later than the releases")]
    [InlineData("{ \"Family\": \"ubuntu\", \"Name\": \"26.04\" }", 5, null)]
    [InlineData("{ \"Family\": \"alpine\", \"Name\": \"3.9.6\" }", 5, null)]
    // What edge calls itself.
    [InlineData("{ \"Family\": \"alpine\", \"Name\": \"3.24_alpha20260127\" }", 5, null)]
    [InlineData("{ \"Family\": \"alpine\", \"Name\": \"3.30.0\" }", 5, "is later than the releases")]
    [InlineData("{ \"Family\": \"amazon\", \"Name\": \"2 (Karoo)\" }", 5, null)]
    [InlineData("{ \"Family\": \"amazon\", \"Name\": \"2023.6.20250218\" }", 5, null)]
    [InlineData("{ \"Family\": \"wolfi\", \"Name\": \"20230201\" }", 5, null)]
    [InlineData("{ \"Family\": \"sles\", \"Name\": \"15.7\" }", 5, null)]
    public void An_image_of_which_little_is_known_is_not_taken_for_a_clean_one(string system, int packages, string? doubt)
    {
        var list = string.Join(", ", Enumerable.Repeat("{ \"Name\": \"p\" }", packages));
        var file = Write("report.json", $$"""{ "SchemaVersion": 2, "Metadata": { "OS": {{system}} }, "Results": [ { "Target": "t", "Packages": [ {{list}} ] } ] }""");

        var content = TrivyReport.Read(file).ContentOf(Oci.Platform.LinuxAmd64);

        if (doubt is null) Assert.Null(content.Doubt);
        else Assert.Contains(doubt, content.Doubt, StringComparison.Ordinal);
    }

    [Fact]
    public void Advisories_may_be_of_some_platforms_alone()
    {
        var file = Write("report.json", """{ "SchemaVersion": 2, "Metadata": { "OS": { "Family": "rocky", "Name": "9.6" } }, "Results": [ { "Target": "t", "Packages": [ { "Name": "p" } ] } ] }""");

        Assert.Null(TrivyReport.Read(file).ContentOf(Oci.Platform.LinuxArm64).Doubt);
        Assert.Contains("or the scanner has no advisories of it", TrivyReport.Read(file).ContentOf(Oci.Platform.LinuxPpc64le).Doubt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_databases_that_platforms_were_scanned_with_the_older_counts()
    {
        Trivy.AnswerWith(Report([]));
        await BuiltAsync();
        var verb = Verb(new ScanOptions { Program = Trivy.Program, Offline = true });
        var old = DateTimeOffset.UtcNow.AddDays(-40);
        Write("cache/trivy/db/metadata.json", $$"""{ "Version": 2, "UpdatedAt": "{{old:O}}" }""");
        await verb.RunAsync();
        var folder = Path.GetDirectoryName(Artifact("acci/scan.json"))!;
        var record = ScanRecord.Read(folder)!;

        Assert.All(record.Platforms, x => Assert.Equal(old.UtcDateTime, x.DatabaseAt!.Value.UtcDateTime));
        record = record with { Platforms = [record.Platforms[0], record.Platforms[1] with { DatabaseAt = DateTimeOffset.UtcNow }] };
        Assert.Equal(old.UtcDateTime, record.DatabaseAt!.Value.UtcDateTime);
        Assert.NotNull(record.Doubt);
    }

    [Fact]
    public void All_that_is_not_known_of_an_image_is_said()
    {
        var content = Assert.Single(ScannedContent.Compared([new(Oci.Platform.LinuxAmd64, 5) { System = "fedora 42", HasUnknownSystem = true }]));

        Assert.Contains("or the scanner has no advisories of it", content.Doubt, StringComparison.Ordinal);
        Assert.Contains("; no package of its application was recognised", content.Doubt, StringComparison.Ordinal);
    }

    [Fact]
    public void A_system_whose_packages_have_vulnerabilities_has_advisories()
    {
        var file = Write("report.json", """
            { "SchemaVersion": 2, "Metadata": { "OS": { "Family": "fedora", "Name": "50" } }, "Results": [
              { "Target": "t", "Class": "os-pkgs", "Packages": [ { "Name": "p" } ], "Vulnerabilities": [ { "VulnerabilityID": "CVE-2026-1", "PkgName": "p", "Severity": "LOW" } ] } ] }
            """);

        Assert.Null(TrivyReport.Read(file).ContentOf(Oci.Platform.LinuxAmd64).Doubt);
    }

    [Theory]
    // A native binary: what the base image lists is not its own.
    [InlineData("[\"/app/acci\"]", "[]", "", "usr/share/dotnet/shared/Microsoft.NETCore.App/10.0.1/Microsoft.NETCore.App.deps.json", 0)]
    [InlineData("[\"/app/acci\"]", "[]", "", "usr/lib/python3/dist-packages/pip/METADATA", 0)]
    [InlineData("[\"/app/acci\"]", "[]", "", "app/acci.deps.json", 1)]
    [InlineData("[\"/app/acci\"]", "[]", "", "application/other.deps.json", 0)]
    [InlineData("[\"/sbin/tini\", \"--\", \"/app/acci\"]", "[\"serve\"]", "", "usr/local/bin/gosu", 0)]
    [InlineData("null", "[\"./acci\"]", "/srv/acci", "srv/acci/acci", 1)]
    [InlineData("null", "[\"/bin/sh\", \"-c\", \"exec /app/acci --port 80\"]", "", "usr/local/bin/gosu", 0)]
    // A program that a runtime runs, and one among those of the system: everything may be its own, but for the runtime.
    [InlineData("[\"dotnet\", \"/app/acci.dll\"]", "null", "", "usr/share/dotnet/shared/Microsoft.NETCore.App/10.0.1/Microsoft.NETCore.App.deps.json", 0)]
    [InlineData("[\"dotnet\", \"/app/acci.dll\"]", "null", "", "app/acci.deps.json", 1)]
    [InlineData("[\"python\", \"/app/main.py\"]", "null", "/app", "usr/local/lib/python3.14/site-packages/flask/METADATA", 1)]
    [InlineData("[\"/opt/java/bin/java\", \"-jar\", \"/app/app.jar\"]", "null", "", "app/app.jar", 1)]
    [InlineData("[\"/docker-entrypoint.sh\"]", "[\"server\"]", "", "usr/local/bin/server", 1)]
    [InlineData("[\"/usr/local/bin/server\"]", "[\"--data\", \"/var/lib/server/data\"]", "", "usr/local/bin/server", 1)]
    // A name with a dot, which is how .NET names programs.
    [InlineData("[\"/app/Shop.Api\"]", "null", "", "usr/local/bin/gosu", 0)]
    [InlineData("[\"/app/Shop.Api\"]", "null", "", "app/Shop.Api.deps.json", 1)]
    // One among others, or in the root folder: what has its name.
    [InlineData("[\"/server\"]", "null", "", "usr/local/bin/gosu", 0)]
    [InlineData("[\"/server\"]", "null", "", "server", 1)]
    [InlineData("[\"/server\"]", "null", "", "server.deps.json", 1)]
    [InlineData("[\"/usr/local/bin/server\"]", "null", "", "usr/local/bin/gosu", 0)]
    [InlineData("[\"/usr/local/bin/server\"]", "null", "", "usr/lib/python3/dist-packages/pip/METADATA", 0)]
    [InlineData("[\"/usr/local/bin/server\"]", "null", "", "usr/local/bin/server-tools/x", 1)]
    [InlineData("[\"/usr/local/bin/server\"]", "null", "", "usr/local/bin/serverless", 0)]
    [InlineData("[\"/usr/local/bin/gunicorn\", \"shop:app\"]", "null", "", "usr/local/lib/python3.14/site-packages/gunicorn-23.0.0.dist-info/METADATA", 1)]
    [InlineData("[\"/usr/bin/python3.14\", \"/app/main.py\"]", "null", "", "usr/lib/python3/dist-packages/flask/METADATA", 1)]
    // In folders of the application's.
    [InlineData("[\"/app/bin/server\"]", "null", "", "usr/local/bin/gosu", 0)]
    [InlineData("[\"/app/bin/server\"]", "null", "", "app/lib/a.jar", 1)]
    [InlineData("[\"/app/cmd/start\"]", "null", "", "app/lib/a.jar", 1)]
    [InlineData("[\"/opt/shop/bin/start\"]", "null", "", "opt/java/lib/a.jar", 0)]
    [InlineData("[\"/opt/shop/bin/start\"]", "null", "", "opt/shop/lib/a.jar", 1)]
    [InlineData("[\"/usr/lib/shop/bin/start\"]", "null", "", "usr/lib/shop/a.jar", 1)]
    [InlineData("[\"/app/.venv/bin/uvicorn\", \"shop:app\"]", "null", "", "app/.venv/lib/python3.14/site-packages/flask/METADATA", 1)]
    // Behind what starts it.
    [InlineData("[\"/docker-entrypoint.sh\", \"/app/server\"]", "null", "", "usr/local/bin/gosu", 0)]
    [InlineData("[\"/docker-entrypoint.sh\", \"/app/server\"]", "null", "", "app/server", 1)]
    [InlineData("[\"sh\", \"-c\", \"cd /app && ./server\"]", "null", "", "usr/local/bin/gosu", 0)]
    [InlineData("[\"sh\", \"-c\", \"cd /app; exec ./server\"]", "null", "/srv", "app/server", 1)]
    [InlineData("[\"su-exec\", \"app:app\", \"/app/server\"]", "null", "", "usr/local/bin/gosu", 0)]
    [InlineData("[\"su-exec\", \"app:app\", \"/app/server\"]", "null", "", "app/server", 1)]
    [InlineData("[\"nice\", \"-n\", \"10\", \"/app/server\"]", "null", "", "usr/local/bin/gosu", 0)]
    [InlineData("[\"nice\", \"-n\", \"10\", \"/app/server\"]", "null", "", "app/server", 1)]
    // Scripts of a package manager's, and buildpacks, whose packages lie elsewhere.
    [InlineData("[\"/app/node_modules/.bin/next\"]", "[\"start\"]", "", "app/node_modules/next/package.json", 1)]
    [InlineData("[\"/cnb/process/web\"]", "null", "/workspace", "layers/npm/node_modules/next/package.json", 1)]
    [InlineData("[\"/app/start.sh\"]", "null", "", "srv/lib/a.jar", 1)]
    // In quotes, by a variable, and by none at all.
    [InlineData("[\"sh\", \"-c\", \"exec '/app/server'\"]", "null", "/srv", "usr/local/bin/gosu", 0)]
    [InlineData("[\"sh\", \"-c\", \"exec '/app/server'\"]", "null", "/srv", "app/server", 1)]
    [InlineData("[\"sh\", \"-c\", \"exec \\\"$APP_HOME/bin/server\\\"\"]", "null", "/srv", "opt/shop/server", 1)]
    [InlineData("[\"/\"]", "null", "", "app/a.jar", 1)]
    // What only begins as a runtime's name does.
    [InlineData("[\"/app/node_exporter\"]", "null", "", "usr/local/bin/gosu", 0)]
    [InlineData("[\"/app/node_exporter\"]", "null", "", "app/node_exporter", 1)]
    [InlineData("[\"/usr/local/bin/apache2-foreground\"]", "null", "", "var/www/composer.lock", 1)]
    public void Only_what_the_application_brings_says_what_is_in_it(string entrypoint, string command, string folder, string path, int packages)
    {
        foreach (var target in (string[])[$$"""{ "Target": "{{path}}", "Class": "lang-pkgs", "Packages": [ { "Name": "p" } ] }""", $$"""{ "Target": "Several", "Class": "lang-pkgs", "Packages": [ { "Name": "p", "FilePath": "{{path}}" } ] }"""])
        {
            var file = Write("report.json", $$"""
                { "SchemaVersion": 2, "Metadata": { "OS": { "Family": "debian", "Name": "13" }, "ImageConfig": { "config": { "Entrypoint": {{entrypoint}}, "Cmd": {{command}}, "WorkingDir": "{{folder}}" } } },
                  "Results": [ { "Target": "t", "Class": "os-pkgs", "Packages": [ { "Name": "p" } ] }, {{target}} ] }
                """);

            var content = Assert.Single(ScannedContent.Compared([TrivyReport.Read(file).ContentOf(Oci.Platform.LinuxAmd64)]));

            Assert.Equal((2, packages), (content.Packages, content.ApplicationPackages));
            Assert.Equal(packages == 0, content.Doubt?.Contains("no package of its application was recognised", StringComparison.Ordinal) is true);
        }
    }

    [Fact]
    public async Task Secrets_stop_like_vulnerabilities()
    {
        Trivy.AnswerWith([], secrets: [new { RuleID = "aws-access-key-id", Title = "AWS Access Key ID", Severity = "CRITICAL", StartLine = 7, Match = "AWS_KEY=****" }]);

        var failure = await Assert.ThrowsAsync<DeliveryException>((await BuiltAsync()).RunAsync);

        Assert.Contains("CRITICAL aws-access-key-id /app/settings.json:7", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scan_that_fails_is_no_scan()
    {
        Trivy.Fail("FATAL\tFatal error\tno space left on device");
        var verb = await BuiltAsync();

        Assert.Contains("no space left", (await Assert.ThrowsAnyAsync<DeliveryException>(verb.RunAsync)).Message, StringComparison.Ordinal);

        Assert.False(Record.Steps.ContainsKey(PublishStep.Scan));
        Assert.Equal(["acci"], Directory.EnumerateDirectories(Path.Combine(Root, "artifacts", "images")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Without_a_scanner_publishing_on_this_machine_goes_on_and_the_skip_is_no_done_scan()
    {
        Assert.SkipWhen(Acci.Delivery.Processes.Executables.Find("trivy") is not null, "There is a scanner here.");
        await BuiltAsync();

        await Verb(new ScanOptions()).RunAsync();

        Assert.False(Record.Steps.ContainsKey(PublishStep.Scan));
        Assert.Contains("trivy is not on the PATH", Record.NotScanned, StringComparison.Ordinal);
        Assert.Contains("not scanned: trivy is not on the PATH", new PublishSummary(Record, "", "").ToText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ghcr.io/owner", false, "ghcr.io/owner")]
    [InlineData("127.0.0.1:5600", true, "--require-scan")]
    public async Task Without_a_scanner_nothing_leaves_the_machine_nor_passes_where_a_scan_is_required(string registry, bool required, string word)
    {
        Assert.SkipWhen(Acci.Delivery.Processes.Executables.Find("trivy") is not null, "There is a scanner here.");
        await BuiltAsync(registry);

        var failure = await Assert.ThrowsAsync<DeliveryException>(Verb(new ScanOptions { Required = required }, registry).RunAsync);

        Assert.Contains(word, failure.Message, StringComparison.Ordinal);
        Assert.Contains("Install it", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ghcr.io/owner", false)]
    [InlineData("127.0.0.1:5600", true)]
    public async Task What_was_not_scanned_is_not_pushed(string registry, bool required)
    {
        await BuiltAsync(registry);

        var failure = await Assert.ThrowsAsync<DeliveryException>(new SignImages(ContextOf(new ScanOptions { Required = required }, registry)).RunAsync);

        Assert.Contains("has not been scanned", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_tag_moves_for_what_was_neither_scanned_nor_skipped()
    {
        await BuiltAsync();

        var failure = await Assert.ThrowsAsync<DeliveryException>(new TagImages(ContextOf(new ScanOptions()), _ => Task.CompletedTask).RunAsync);

        Assert.Contains("Scan", failure.Message, StringComparison.Ordinal);
    }

    private void Ignore(string id, DateTimeOffset until) => Write(".trivyignore.yaml", $"vulnerabilities:\n  - id: {id}\n    expired_at: {until:yyyy-MM-dd}\n");

    private async Task<ScanImages> BuiltAsync(string registry = "127.0.0.1:5600", int seed = 7)
    {
        var folder = Path.Combine(Root, "artifacts", "images", "acci");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        var layout = await LayoutBuilder.WriteSmallAsync(folder, seed);
        var publish = PublishTransaction.Begin(RecordFile, new PublishRecord
        {
            Image = "acci",
            Digest = layout.Root.Digest,
            Repository = $"{registry}/acci",
            Version = "1.2.3",
            Revision = new string('a', 40),
            Platforms = [.. (await layout.ReadPlatformsAsync(Cancellation)).Select(x => new PublishedPlatform(x.Platform, x.Manifest.Digest, 1))],
        });
        await publish.RedoAsync(PublishStep.SmokeTest, () => Task.FromResult("healthy"));
        return Verb(new ScanOptions { Program = Trivy.Program }, registry);
    }

    private ScanImages Verb(ScanOptions scan, string registry = "127.0.0.1:5600") => new(ContextOf(scan, registry));

    private DeliveryContext ContextOf(ScanOptions scan, string registry = "127.0.0.1:5600", bool republish = false, TimeProvider? time = null) => Context = new DeliveryContext(
        new DeliveryOptions
        {
            Root = Root,
            Artifacts = Path.Combine(Root, "artifacts"),
            CacheDirectory = new CacheDirectory(Path.Combine(Root, "cache")),
            Registry = registry,
            Images = [new("acci") { Dockerfile = "Dockerfile" }],
            Scan = scan,
            Republish = republish,
            TagRules = TagRules.Parse(["type=raw,value=latest"]),
        },
        Cancellation) { Environment = TestEnvironment.OutsideWorkflows, Time = time ?? TimeProvider.System };
}
