using System.Text.RegularExpressions;
using Acci.Delivery.Processes;
using Acci.Delivery.Scanning;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Scanning;

public sealed partial class HtmlReportTests : ScanningFixture
{
    private static string? Browser => Executables.Find("chromium") ?? Executables.Find("chromium-browser") ?? Executables.Find("google-chrome");

    [Fact]
    public void The_page_is_complete_in_itself()
    {
        var html = Page();

        Assert.DoesNotMatch("""<(?:script|link|img|iframe)[^>]+(?:src|href)=""", html);
        Assert.DoesNotContain("url(", html, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", html, StringComparison.Ordinal);
        Assert.All(Link().Matches(html), link => Assert.StartsWith("https://avd.aquasec.com/", link.Groups[1].Value, StringComparison.Ordinal));
        Assert.Contains("default-src &#x27;none&#x27;".Replace("&#x27;", "'", StringComparison.Ordinal), html, StringComparison.Ordinal);
    }

    [Fact]
    public void What_packages_are_called_is_text_and_nothing_else()
    {
        var html = HtmlReport.Write([Scanned(Judge(new SeverityGate(), Finding("CVE-1\"><script>alert(1)</script>", "HIGH", package: "<img src=x onerror=alert(1)>", title: "</td></table><h1>", url: "javascript:alert(1)")), Platform.LinuxAmd64)], Now);

        Assert.Single(Regex.Matches(html, "<script"));
        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.DoesNotContain("javascript:", html, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(html, "<h1>"));
    }

    [Fact]
    public void An_image_without_findings_says_so() => Assert.Contains("Nothing was found.", HtmlReport.Write([Scanned(Judge(new SeverityGate()), Platform.LinuxAmd64)], Now), StringComparison.Ordinal);

    [Fact]
    public async Task In_a_browser_it_shows_filters_and_sorts()
    {
        Assert.SkipWhen(Browser is null, "chromium is not on the PATH.");
        // What a person does with the page, done by a script after the page's own; the page's policy has to allow it here.
        const string actions = """
            const rows = () => [...document.querySelectorAll("tbody tr")].filter(x => !x.hidden).map(x => x.cells[1].textContent);
            const log = [];
            const note = name => log.push(name + "=" + rows().join(","));
            note("first");
            document.querySelectorAll("th button")[1].click(); note("by id");
            document.querySelectorAll("th button")[1].click(); note("by id down");
            document.querySelectorAll("th button")[0].click(); note("by severity");
            document.querySelector("input[value=LOW]").click(); note("without low");
            document.querySelector("input[value='linux/ppc64le']").click(); note("amd64 only");
            document.querySelector("input[name=accepted]").click(); note("accepted too");
            document.querySelector("input[name=fixable]").click(); note("fixable");
            const text = document.querySelector("input[name=text]"); text.value = "LIBSSL"; text.dispatchEvent(new Event("input", { bubbles: true })); note("search");
            log.push("status=" + document.querySelector(".count").textContent);
            document.title = log.join(";");
            """;
        var page = Policy().Replace(Page(), "").Replace("</body>", $"<script>{actions}</script></body>", StringComparison.Ordinal);

        var dom = await BrowseAsync(Write("page.html", page), "--dump-dom");

        Assert.Equal(
            [
                "first=CVE-2026-1000,CVE-2026-0500,CVE-2026-0070,CVE-2026-0007", "by id=CVE-2026-0007,CVE-2026-0070,CVE-2026-0500,CVE-2026-1000", "by id down=CVE-2026-1000,CVE-2026-0500,CVE-2026-0070,CVE-2026-0007",
                "by severity=CVE-2026-1000,CVE-2026-0500,CVE-2026-0070,CVE-2026-0007", "without low=CVE-2026-1000,CVE-2026-0500,CVE-2026-0070", "amd64 only=CVE-2026-1000,CVE-2026-0500",
                "accepted too=CVE-2026-1000,CVE-2026-0500,CVE-2026-0900", "fixable=CVE-2026-1000,CVE-2026-0900", "search=CVE-2026-1000", "status=1 of 5 findings",
            ],
            Title().Match(dom).Groups[1].Value.Split(';'));
    }

    [Fact]
    public async Task Its_script_runs_under_the_page_s_own_policy()
    {
        Assert.SkipWhen(Browser is null, "chromium is not on the PATH.");

        var dom = await BrowseAsync(Write("page.html", Page()), "--dump-dom");

        Assert.Contains("<form class=\"filters\">", dom, StringComparison.Ordinal);
        Assert.Contains("4 of 5 findings, 1 accepted one not shown", dom, StringComparison.Ordinal);
        Assert.Contains("aria-sort=\"descending\"><button type=\"button\">Severity", dom, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_head_stays_in_sight_and_accepted_findings_can_be_read()
    {
        Assert.SkipWhen(Browser is null, "chromium is not on the PATH.");
        const string actions = """
            const scroll = document.querySelector(".scroll");
            scroll.style.maxHeight = "150px";
            document.querySelector("input[name=accepted]").click();
            scroll.scrollTop = 100;
            // Contrast of the accepted rows' text with what is behind it. Source: WCAG 2.2, relative luminance.
            const luminance = text => text.match(/[0-9.]+/g).slice(0, 3).map(x => x / 255).map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4).reduce((sum, x, i) => sum + x * [0.2126, 0.7152, 0.0722][i], 0);
            const cell = getComputedStyle(document.querySelector(".accepted .title"));
            const [a, b] = [luminance(cell.color), luminance(getComputedStyle(scroll).backgroundColor)];
            document.title = [scroll.scrollTop > 0, Math.round(document.querySelector("th").getBoundingClientRect().top - scroll.getBoundingClientRect().top) <= 1, cell.opacity === "1" && (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) >= 4.5].join(" ");
            """;

        var dom = await BrowseAsync(Write("page.html", Policy().Replace(Page(), "").Replace("</body>", $"<script>{actions}</script></body>", StringComparison.Ordinal)), "--dump-dom");

        Assert.Equal("true true true", Title().Match(dom).Groups[1].Value);
    }

    [Fact]
    public async Task Twenty_thousand_rows_are_filtered_and_sorted()
    {
        Assert.SkipWhen(Browser is null, "chromium is not on the PATH.");
        const int count = 20_000;
        var finding = Finding("CVE-0", "LOW");
        string[] names = ["LOW", "MEDIUM", "HIGH", "CRITICAL"];
        var decision = new SeverityGate().Judge(Recorded(), Enumerable.Range(0, count).Select(x => (Platform.LinuxAmd64, finding with { Id = $"CVE-2026-{x * 7919 % count}", Severity = Severities.Find(names[x % 4])!.Value })), Now);
        const string actions = """
            const text = document.querySelector("input[name=text]");
            const timed = action => { const start = performance.now(); action(); document.body.offsetHeight; return Math.round(performance.now() - start); };
            const table = document.querySelector("table");
            const layout = timed(() => { table.style.width = "90%"; }) || 1;
            const filter = timed(() => { text.value = "2026-77"; text.dispatchEvent(new Event("input", { bubbles: true })); });
            const shown = document.querySelector(".count").textContent;
            const sort = timed(() => document.querySelectorAll("th button")[1].click());
            document.title = [shown, (filter / layout).toFixed(1), (sort / layout).toFixed(1)].join(";");
            """;
        var page = Policy().Replace(HtmlReport.Write([Scanned(decision, Platform.LinuxAmd64)], Now), "").Replace("</body>", $"<script>{actions}</script></body>", StringComparison.Ordinal);

        var dom = await BrowseAsync(Write("large.html", page), "--dump-dom");

        var result = Title().Match(dom).Groups[1].Value.Split(';');
        TestContext.Current.TestOutputHelper?.WriteLine($"filtered in {result[1]} times, sorted in {result[2]} times what one layout of the page takes");
        Assert.Equal("111 of 20000 findings", result[0]);
    }

    [Theory]
    [InlineData("light", false)]
    [InlineData("dark", true)]
    public async Task It_is_drawn_light_and_dark_without_a_network_under_its_own_policy(string scheme, bool dark)
    {
        Assert.SkipWhen(Browser is null, "chromium is not on the PATH.");
        var picture = Path.Combine(Environment.GetEnvironmentVariable("ACCI_PICTURES") ?? Root, $"report-{scheme}.png");

        await BrowseAsync(Write("page.html", Page()), $"--screenshot={picture}", "--window-size=1280,900", $"--blink-settings=preferredColorScheme={(dark ? 0 : 1)}");

        var (width, height, corner, darkShare) = Png.Read(await File.ReadAllBytesAsync(picture, Cancellation));
        Assert.Equal((1280, 900), (width, height));
        // The page's own colours, so its style was applied: a page whose policy refuses its style is white.
        Assert.Equal(dark ? (0x12, 0x16, 0x1c) : (0xf6, 0xf7, 0xf9), corner);
        Assert.True(dark ? darkShare > 0.8 : darkShare is > 0.005 and < 0.3, $"{darkShare:P} of the page is dark");
    }

    private static async Task<string> BrowseAsync(string file, params string[] arguments)
    {
        using var profile = new TemporaryFolder();
        var command = new Command(
            Browser!,
            ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-background-networking", "--virtual-time-budget=2000", "--force-device-scale-factor=1", $"--user-data-dir={profile.Path}", .. arguments, new Uri(file).AbsoluteUri]);
        return (await CommandRunner.RunAsync(command, cancellationToken: Cancellation)).StandardOutput;
    }

    private string Page()
    {
        var gate = new SeverityGate { Ignores = IgnoreFile.Read(Write(".trivyignore.yaml", "vulnerabilities:\n  - id: CVE-2026-0900\n    expired_at: 2026-12-31\n    statement: The code that has it is never called.\n")) };
        var decision = gate.Judge(
            Recorded(),
            [
                .. Both(Finding("CVE-2026-1000", "CRITICAL", package: "libssl3t64", installed: "3.5.1-1", fix: "3.5.1-1+deb13u1", title: "openssl: heap buffer overflow when a certificate chain with crafted name constraints is verified")),
                .. Both(Finding("CVE-2026-0500", "HIGH", package: "libc6", installed: "2.41-12", fix: "", title: "glibc: stack overflow in the resolver")),
                (Platform.LinuxPpc64le, Finding("CVE-2026-0070", "MEDIUM", package: "Npgsql", installed: "10.0.3", fix: "10.0.4", type: "nuget", title: "Npgsql: SQL injection through a very long identifier") with { PackagePath = "app/acci.deps.json" }),
                (Platform.LinuxAmd64, Finding("CVE-2026-0007", "LOW", package: "zlib1g", installed: "1:1.3.dfsg+really1.3.1-1", fix: "1:1.3.dfsg+really1.3.1-1+b2", title: "zlib: memory is read after it was freed")),
                .. Both(Finding("CVE-2026-0900", "HIGH", package: "libgcc-s1", installed: "14.2.0-19", fix: "14.2.0-20", title: "gcc: wrong code for atomic operations")),
            ],
            Now);
        return HtmlReport.Write([Scanned(decision, Platform.LinuxAmd64, Platform.LinuxPpc64le)], Now);

        static IEnumerable<(Platform, ScanFinding)> Both(ScanFinding finding) => [(Platform.LinuxAmd64, finding), (Platform.LinuxPpc64le, finding)];
    }

    [GeneratedRegex("<a href=\"([^\"]*)\"")]
    private static partial Regex Link();

    [GeneratedRegex("<meta http-equiv=\"Content-Security-Policy\"[^>]*>")]
    private static partial Regex Policy();

    [GeneratedRegex("<title>([^<]*)</title>")]
    private static partial Regex Title();
}
