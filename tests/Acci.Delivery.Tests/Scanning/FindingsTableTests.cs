using Acci.Delivery.Scanning;
using Acci.Oci;

namespace Acci.Delivery.Tests.Scanning;

public sealed class FindingsTableTests : ScanningFixture
{
    [Fact]
    public void The_console_has_a_line_for_each_finding_the_most_severe_first()
    {
        var decision = new SeverityGate().Judge(
            Recorded(),
            [
                (Platform.LinuxPpc64le, Finding("CVE-2026-0002", "LOW", package: "zlib1g", installed: "1:1.2", fix: "")),
                (Platform.LinuxAmd64, Finding("CVE-2026-0001", "CRITICAL")),
                (Platform.LinuxPpc64le, Finding("CVE-2026-0001", "CRITICAL")),
            ],
            Now);

        Assert.Equal(
            """
            acci: 1 critical, 1 low
            SEVERITY  ID             PACKAGE  INSTALLED → FIXED      PLATFORM
            CRITICAL  CVE-2026-0001  openssl  3.0.15-1 → 3.0.17-1    linux/amd64, linux/ppc64le
            LOW       CVE-2026-0002  zlib1g   1:1.2 → no fix yet     linux/ppc64le
            """.Replace("    linux/amd64", "  linux/amd64", StringComparison.Ordinal).Replace("     linux/ppc64le", "   linux/ppc64le", StringComparison.Ordinal).Replace("FIXED      P", "FIXED    P", StringComparison.Ordinal),
            ScanSummary.ToText([Scanned(decision, Platform.LinuxAmd64, Platform.LinuxPpc64le)]).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void The_summary_page_has_the_same_as_Markdown()
    {
        var decision = Judge(new SeverityGate(), Finding("CVE-2026-0001", "CRITICAL"));

        Assert.Equal(
            "## Findings in acci\n\n1 critical: **stopped**\n\n- linux/amd64 \\(92 packages, debian 13.1\\)\n\n| Severity | ID | Package | Installed → fixed | Platform |\n|---|---|---|---|---|\n"
            + "| **CRITICAL** | [CVE-2026-0001](https://avd.aquasec.com/nvd/cve-2026-0001) | openssl | 3.0.15-1 → 3.0.17-1 | linux/amd64 |\n\n",
            ScanSummary.ToMarkdown([Scanned(decision, Platform.LinuxAmd64)]));
    }

    [Fact]
    public void Many_findings_are_counted_and_not_all_listed()
    {
        var decision = Judge(new SeverityGate(), [.. Enumerable.Range(0, 100).Select(x => Finding($"CVE-{x}", "LOW"))]);

        Assert.EndsWith("and 60 more", ScanSummary.ToText([Scanned(decision, Platform.LinuxAmd64)]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\u001b[31mred\u001b[0m", "red")]
    [InlineData("half \u001b[", "half \uFFFD[")]
    [InlineData("a\r\nb\tc", "a  b c")]
    [InlineData("evil\u202Etxt", "evil\uFFFDtxt")]
    [InlineData("plain ümläut 漢字", "plain ümläut 漢字")]
    public void A_terminal_gets_no_control_characters(string text, string safe) => Assert.Equal(safe, SafeText.Terminal(text));

    [Theory]
    [InlineData("a|b", @"a\|b")]
    [InlineData("<script>", "&lt;script&gt;")]
    [InlineData("@octocat #1", "&#64;octocat &#35;1")]
    [InlineData("[x](http://y)", @"\[x\]\(http&#58;//y\)")]
    [InlineData("a\nb", "a b")]
    [InlineData("`rm`", @"\`rm\`")]
    public void Markdown_gets_no_markup(string text, string safe) => Assert.Equal(safe, SafeText.Markdown(text));

    [Theory]
    [InlineData("https://example.com/a?b=c", "https://example.com/a?b=c")]
    [InlineData("https://example.com/a)b", "https://example.com/a%29b")]
    [InlineData("javascript:alert(1)", null)]
    [InlineData("data:text/html,x", null)]
    [InlineData("https://user:pw@example.com", null)]
    [InlineData("/relative", null)]
    [InlineData("", null)]
    public void Only_web_addresses_are_links(string text, string? link) => Assert.Equal(link, SafeText.Link(text));
}
