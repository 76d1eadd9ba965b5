using Acci.Delivery.Scanning;

namespace Acci.Delivery.Tests.Scanning;

public sealed class SeverityGateTests : ScanningFixture
{
    [Theory]
    [InlineData("CRITICAL", false)]
    [InlineData("HIGH", false)]
    [InlineData("MEDIUM", true)]
    [InlineData("LOW", true)]
    [InlineData("UNKNOWN", true)]
    public void By_default_high_and_critical_stop(string severity, bool passes) => Assert.Equal(passes, Judge(new SeverityGate(), Finding("CVE-1", severity)).Passed);

    [Fact]
    public void Severities_are_those_that_are_named_and_no_others()
    {
        var gate = new SeverityGate { Severities = Severities.Parse("medium, CRITICAL") };

        Assert.False(Judge(gate, Finding("CVE-1", "MEDIUM")).Passed);
        Assert.True(Judge(gate, Finding("CVE-1", "HIGH")).Passed);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("HIGH,URGENT")]
    [InlineData("4")]
    public void A_severity_that_is_none_is_told(string text) => Assert.Contains("--severity", Assert.Throws<DeliveryException>(() => Severities.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_nothing_fixes_passes_when_that_is_said()
    {
        var finding = Finding("CVE-1", "CRITICAL", fix: "");

        Assert.False(Judge(new SeverityGate(), finding).Passed);
        Assert.True(Judge(new SeverityGate { IgnoreUnfixed = true }, finding).Passed);
        Assert.False(Judge(new SeverityGate { IgnoreUnfixed = true }, finding with { FixedVersion = "2" }).Passed);
    }

    [Fact]
    public void What_is_ignored_until_tomorrow_passes_today_and_stops_tomorrow()
    {
        var gate = GateOf("vulnerabilities:\n  - id: CVE-1\n    expired_at: 2026-11-24\n    statement: not called\n");
        var finding = Finding("CVE-1", "CRITICAL");

        var today = Judge(gate, finding);
        var tomorrow = gate.Judge(Recorded(), [(Oci.Platform.LinuxAmd64, finding)], Now.AddDays(1));

        Assert.True(today.Passed);
        Assert.Equal("ignored until 2026-11-24: not called", today.Findings.Single().Reason);
        Assert.False(tomorrow.Passed);
        var error = tomorrow.Problem("acci", "report.html");
        Assert.Contains(".trivyignore.yaml, line 2: the entry for CVE-1 expired on 2026-11-24", error, StringComparison.Ordinal);
        Assert.Contains("CRITICAL CVE-1 openssl 3.0.15-1 → 3.0.17-1", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_expired_entry_stops_even_when_it_hides_nothing_any_more()
    {
        var decision = Judge(GateOf("vulnerabilities:\n  - id: CVE-OLD\n    expired_at: 2026-11-22\n"));

        Assert.False(decision.Passed);
        Assert.Contains("CVE-OLD expired on 2026-11-22", decision.Problem("acci", "report.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_counts_only_for_its_kind_its_paths_and_its_packages()
    {
        const string ignores = """
            vulnerabilities:
              - id: CVE-1
                purls: [ "pkg:deb/debian/openssl" ]
              - id: CVE-2
                paths: [ "app/*.json" ]
              - id: CVE-2
                purls: [ "pkg:deb/debian/openssl@9" ]
            secrets:
              - id: CVE-3
            """;
        var gate = GateOf(ignores);

        Assert.True(Judge(gate, Finding("CVE-1", "HIGH")).Passed);
        Assert.False(Judge(gate, Finding("CVE-1", "HIGH", package: "curl")).Passed);
        Assert.False(Judge(gate, Finding("CVE-2", "HIGH")).Passed);
        Assert.True(Judge(gate, Finding("CVE-2", "HIGH", package: "Npgsql", type: "nuget")).Passed);
        Assert.False(Judge(gate, Finding("CVE-3", "HIGH")).Passed);
    }

    [Fact]
    public void The_line_counts_a_finding_of_several_platforms_once()
    {
        var finding = Finding("CVE-1", "CRITICAL");
        var decision = new SeverityGate().Judge(Recorded(), [(Oci.Platform.LinuxAmd64, finding), (Oci.Platform.LinuxPpc64le, finding), (Oci.Platform.LinuxPpc64le, Finding("CVE-2", "LOW"))], Now);

        Assert.Equal("1 critical, 1 low", decision.ToLine());
    }

    private SeverityGate GateOf(string ignores) => new() { Ignores = IgnoreFile.Read(Write(".trivyignore.yaml", ignores)) };
}
