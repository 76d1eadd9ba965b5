using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Sarif;
using Acci.Delivery.Scanning;
using Acci.Delivery.Tests.Sarif;
using Acci.Oci;
using Acci.Testing;
using Microsoft.CodeAnalysis.Sarif;

namespace Acci.Delivery.Tests.Scanning;

public sealed class FindingsSarifTests : ScanningFixture
{
    private const string Dockerfile = """
        ARG BASE=debian:13
        FROM --platform=$BUILDPLATFORM sdk:10 AS build
        RUN true
        FROM gcr.io/distroless/cc:nonroot AS runtime-native
        FROM runtime-native AS runtime-amd64
        FROM runtime-native AS runtime-arm64
        FROM $BASE AS runtime-ppc64le
        FROM runtime-${TARGETARCH} AS final
        COPY --from=build /out /app
        """;

    private const string Packages = """
        <Project>
          <PackageVersion Include="Npgsql.Extra" Version="1.0.0" />
          <PackageVersion Include="Npgsql" Version="10.0.3" />
        </Project>
        """;

    private static readonly ImageDefinition Image = new("acci") { Dockerfile = "deploy/Dockerfile" };

    private static Dictionary<string, string> NoArguments => [];

    [Theory]
    [InlineData("linux/amd64", 4)]
    [InlineData("linux/arm64", 4)]
    [InlineData("linux/ppc64le", 7)]
    public void The_line_that_brings_a_platform_s_base_is_found(string platform, int line) =>
        Assert.Equal(line, DockerfileStages.Parse(Dockerfile.Split('\n'), NoArguments).BaseLineOf(Platform.Parse(platform), null));

    [Theory]
    [InlineData("FROM scratch", null, null)]
    [InlineData("FROM a AS a\nFROM a AS b", "b", 1)]
    [InlineData("from a as B\nFROM b", null, 1)]
    [InlineData("FROM a\nFROM b AS t\nFROM c", "t", 2)]
    [InlineData("FROM a AS x\nFROM ${NAME:-x}", null, 1)]
    [InlineData("# nothing", null, null)]
    [InlineData("FROM a", "missing", null)]
    public void Stages_are_followed_to_their_base(string text, string? target, int? line) => Assert.Equal(line, DockerfileStages.Parse(text.Split('\n'), NoArguments).BaseLineOf(Platform.LinuxAmd64, target));

    [Fact]
    public async Task Findings_stand_at_the_lines_that_bring_them_with_code_scanning_s_fingerprint()
    {
        var log = await CreateAsync(Platform.LinuxPpc64le, Finding("CVE-1", "CRITICAL"), Finding("CVE-2", "LOW", package: "Npgsql", type: "nuget"));

        var places = log.Runs[0].Results.ToDictionary(x => x.RuleId, x => x.Locations[0].PhysicalLocation);
        Assert.Equal(("deploy/Dockerfile", 7), (places["CVE-1"].ArtifactLocation.Uri.OriginalString, places["CVE-1"].Region.StartLine));
        Assert.Equal(("Directory.Packages.props", 3), (places["CVE-2"].ArtifactLocation.Uri.OriginalString, places["CVE-2"].Region.StartLine));
        Assert.Equal(LineHashes.Of(Dockerfile)[6], log.Runs[0].Results[0].PartialFingerprints[Fingerprints.LineHash]);
        Assert.Equal("trivy/acci/linux-ppc64le/", Assert.Single(log.Runs).AutomationDetails.Id);
        Assert.Empty(await SarifSchema.ProblemsAsync(Text(log)));
        var warnings = new List<string>();
        new Fingerprints(Root).AddTo(log.Runs[0], warnings.Add);
        Assert.Empty(warnings);
    }

    [Fact]
    public async Task One_vulnerability_of_several_packages_at_one_line_is_one_alert_that_names_them()
    {
        var log = await CreateAsync(Platform.LinuxAmd64, Finding("CVE-1", "HIGH", package: "libssl3"), Finding("CVE-1", "HIGH", package: "libcrypto3"));

        var result = Assert.Single(log.Runs[0].Results);
        Assert.Contains("libssl3 3.0.15-1", result.Message.Text, StringComparison.Ordinal);
        Assert.Contains("libcrypto3 3.0.15-1", result.Message.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_no_file_can_be_named_the_fingerprint_is_of_rule_package_and_path_and_survives_an_update()
    {
        var one = await HashAsync(Finding("CVE-1", "HIGH", package: "Unknown.Package", type: "nuget"));

        Assert.Equal(one, await HashAsync(Finding("CVE-1", "HIGH", package: "Unknown.Package", type: "nuget", installed: "9.9.9")));
        Assert.NotEqual(one, await HashAsync(Finding("CVE-2", "HIGH", package: "Unknown.Package", type: "nuget")));
        Assert.NotEqual(one, await HashAsync(Finding("CVE-1", "HIGH", package: "Other.Package", type: "nuget")));
        Assert.Matches("^[0-9a-f]{16}:1$", one);

        async Task<string> HashAsync(ScanFinding finding)
        {
            var result = (await CreateAsync(Platform.LinuxAmd64, finding)).Runs[0].Results[0];
            Assert.Equal("acci/app/acci.deps.json", result.Locations[0].PhysicalLocation.ArtifactLocation.Uri.OriginalString);
            return result.PartialFingerprints[Fingerprints.LineHash];
        }
    }

    [Theory]
    [InlineData("CRITICAL", 9.8, "9.8", FailureLevel.Error)]
    [InlineData("CRITICAL", 0, "9.5", FailureLevel.Error)]
    [InlineData("LOW", 9.8, "2.0", FailureLevel.Note)]
    [InlineData("MEDIUM", 5.3, "5.3", FailureLevel.Warning)]
    [InlineData("UNKNOWN", 0, "0.0", FailureLevel.Note)]
    public async Task What_code_scanning_shows_is_what_the_gate_judged(string severity, double score, string expected, FailureLevel level)
    {
        var run = (await CreateAsync(Platform.LinuxAmd64, Finding("CVE-1", severity, score: score))).Runs[0];

        Assert.Equal(expected, run.Tool.Driver.Rules[0].GetProperty("security-severity"));
        Assert.Equal(level, run.Results[0].Level);
    }

    [Fact]
    public async Task What_is_accepted_is_in_the_report_and_marked()
    {
        var gate = new SeverityGate { Ignores = IgnoreFile.Read(Write(".trivyignore.yaml", "vulnerabilities:\n  - id: CVE-1\n    statement: not called\n")) };

        var result = (await CreateAsync(Platform.LinuxAmd64, gate, Finding("CVE-1", "HIGH"))).Runs[0].Results.Single();

        Assert.Equal("ignored: not called", Assert.Single(result.Suppressions).Justification);
    }

    [Fact]
    public async Task Names_from_outside_cannot_break_out_of_uri_or_markup()
    {
        var log = await CreateAsync(Platform.LinuxAmd64, Finding("CVE-1", "HIGH", package: "a|b](http://evil)<img src=x>", title: "t\n# h", type: "nuget", url: "javascript:alert(1)") with { PackagePath = "../../x y/%2e#?" });

        var result = log.Runs[0].Results[0];
        Assert.Equal("acci/x%20y/%252e%23%3F", result.Locations[0].PhysicalLocation.ArtifactLocation.Uri.OriginalString);
        var rule = log.Runs[0].Tool.Driver.Rules[0];
        Assert.Null(rule.HelpUri);
        Assert.DoesNotContain("<img", rule.Help.Markdown, StringComparison.Ordinal);
        Assert.Contains(@"a\|b\]\(http&#58;//evil\)", rule.Help.Markdown, StringComparison.Ordinal);
        Assert.Empty(await SarifSchema.ProblemsAsync(Text(log)));
    }

    [Fact]
    public async Task A_commit_s_own_files_are_looked_at_when_an_old_image_is_scanned_again()
    {
        using var repository = new TemporaryRepository();
        Directory.CreateDirectory(Path.Combine(repository.Directory, "deploy"));
        repository.Write("deploy/Dockerfile", Dockerfile);
        await repository.Run("git init -q", "git add .", "git commit -q -m one", "git tag old");
        repository.Write("deploy/Dockerfile", "# new\n" + Dockerfile);
        await repository.Run("git commit -q -a -m two");

        var then = new FindingOrigins(await RepositoryFiles.OfCommitAsync(repository.Directory, "old", file => file == Image.Dockerfile, Cancellation));
        var now = new FindingOrigins(await RepositoryFiles.OfWorkingTreeAsync(repository.Directory, Cancellation));

        Assert.Equal(new SourceLine("deploy/Dockerfile", 4), then.Find(Finding("CVE-1", "HIGH"), Platform.LinuxAmd64, Image));
        Assert.Equal(new SourceLine("deploy/Dockerfile", 5), now.Find(Finding("CVE-1", "HIGH"), Platform.LinuxAmd64, Image));
        Assert.Equal(LineHashes.Of(Dockerfile)[3], then.HashOf(new SourceLine("deploy/Dockerfile", 4)));
    }

    private Task<SarifLog> CreateAsync(Platform platform, params ScanFinding[] findings) => CreateAsync(platform, new SeverityGate(), findings);

    private async Task<SarifLog> CreateAsync(Platform platform, SeverityGate gate, params ScanFinding[] findings)
    {
        Write("deploy/Dockerfile", Dockerfile);
        Write("Directory.Packages.props", Packages);
        await CommandRunner.RunAsync(new Command("git", "init", "-q") { WorkingDirectory = Root }, cancellationToken: Cancellation);
        await CommandRunner.RunAsync(new Command("git", "add", ".") { WorkingDirectory = Root }, cancellationToken: Cancellation);
        var origins = new FindingOrigins(await RepositoryFiles.OfWorkingTreeAsync(Root, Cancellation));
        var decision = gate.Judge(Recorded(), findings.Select(x => (platform, x)), Now);
        return FindingsSarif.Create(Scanned(decision, platform).Record, platform, decision.Findings, "0.70.0", origins, Image);
    }

    private static string Text(SarifLog log)
    {
        using var stream = new MemoryStream();
        SarifWriter.Write(log, stream);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
