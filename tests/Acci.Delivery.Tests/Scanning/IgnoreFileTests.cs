using System.Text;
using Acci.Delivery.Scanning;

namespace Acci.Delivery.Tests.Scanning;

public sealed class IgnoreFileTests : ScanningFixture
{
    [Fact]
    public void Trivy_s_own_format_is_read()
    {
        var entry = Read("""
            # What we know of.
            vulnerabilities:
              - id: CVE-2022-40897
                paths:
                  - "usr/local/lib/python3.9/site-packages/setuptools-58.1.0.dist-info/METADATA"
                statement: Accept the risk
              - id: CVE-2023-2650
                expired_at: 2031-01-02
              - id: CVE-2023-3446
                purls:
                  - pkg:deb/debian/libssl1.1
            misconfigurations:
              - id: AVD-DS-0001
            """).Entries;

        Assert.Equal(["CVE-2022-40897", "CVE-2023-2650", "CVE-2023-3446", "AVD-DS-0001"], entry.Select(x => x.Id));
        Assert.Equal("Accept the risk", entry[0].Statement);
        Assert.Equal(new DateTimeOffset(2031, 1, 2, 0, 0, 0, TimeSpan.Zero), entry[1].ExpiresAt);
        Assert.Equal(7, entry[1].Line);
        Assert.Equal("pkg:deb/debian/libssl1.1", entry[2].Packages.Single().ToString());
        Assert.Equal(FindingKind.Misconfiguration, entry[3].Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("vulnerabilities:\n")]
    [InlineData("vulnerabilities: []\nsecrets: ~\n")]
    public void A_file_without_entries_ignores_nothing(string content) => Assert.Empty(Read(content).Entries);

    [Theory]
    [InlineData("vulnerabilities:\n  - CVE-1\n", "line 2", "an entry has to be a mapping")]
    [InlineData("vulnerabilities:\n  - statement: why\n", "line 2", "without 'id'")]
    [InlineData("vulnerabilities:\n  - id: CVE-1\n    expires: 2031-01-01\n", "line 3", "'expires' is not known")]
    [InlineData("vulnerabilities:\n  - id: CVE-1\n    expired_at:\n", "line 3", "'expired_at' is empty")]
    [InlineData("vulnerabilities:\n  - id: CVE-1\n    expired_at: tomorrow\n", "line 3", "'tomorrow' is not a date")]
    [InlineData("vulnerabilities:\n  - id: CVE-1\n    expired_at: 2031-02-30\n", "line 3", "'2031-02-30' is not a date")]
    [InlineData("vulnerabilities:\n  - id: CVE-1\n    purls: [ openssl ]\n", "line 3", "'openssl' is not a package URL")]
    [InlineData("vulnerabilities:\n  - id: CVE-1\n    paths: [ 'a[' ]\n", "line 3", "not a pattern")]
    [InlineData("vulnerabilities:\n  - id: CVE-1\n    paths: a.json\n", "line 3", "has to be a list")]
    [InlineData("vulnerabilities:\n  id: CVE-1\n", "line 2", "has to be a list")]
    [InlineData("ignores:\n  - id: CVE-1\n", "line 1", "'ignores' is not known here")]
    [InlineData("- id: CVE-1\n", "line 1", "the file has to be a mapping")]
    [InlineData("vulnerabilities:\n  - id: CVE-1\n  id: x\n", "line 3", "not YAML")]
    [InlineData("vulnerabilities: *x\n", "line 1")]
    [InlineData("vulnerabilities: []\n---\nsecrets: []\n", "line 2", "second document")]
    [InlineData("vulnerabilities: []\nvulnerabilities: []\n", "line 2", "twice")]
    public void What_Trivy_would_overlook_is_told_with_its_line(string content, params string[] words)
    {
        var failure = Assert.Throws<DeliveryException>(() => Read(content));

        Assert.All(words.Prepend(".trivyignore.yaml"), word => Assert.Contains(word, failure.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void The_older_format_is_read()
    {
        var entries = IgnoreFile.Read(Write(".trivyignore", "# accepted\nCVE-2018-14618\n\nCVE-2019-14697 exp:2031-01-01 # until then\n")).Entries;

        Assert.Equal([("CVE-2018-14618", 2), ("CVE-2019-14697", 4)], entries.Select(x => (x.Id, x.Line)));
        Assert.Equal(2031, entries[1].ExpiresAt?.Year);
    }

    [Fact]
    public void The_older_format_with_a_date_that_is_none_is_told() =>
        Assert.Contains(".trivyignore, line 1", Assert.Throws<DeliveryException>(() => IgnoreFile.Read(Write(".trivyignore", "CVE-1 exp:soon\n"))).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_no_text_is_told()
    {
        var file = Path.Combine(Root, ".trivyignore.yaml");
        File.WriteAllBytes(file, [.. Encoding.UTF8.GetBytes("a: b\n"), 0xE9, 0x0A]);
        Assert.Contains("line 2: it is not UTF-8", Assert.Throws<DeliveryException>(() => IgnoreFile.Read(file)).Message, StringComparison.Ordinal);

        File.WriteAllBytes(file, new byte[2 * 1024 * 1024]);
        Assert.Contains("larger than", Assert.Throws<DeliveryException>(() => IgnoreFile.Read(file)).Message, StringComparison.Ordinal);

        Assert.Contains("no-such", Assert.Throws<DeliveryException>(() => IgnoreFile.Read(Path.Combine(Root, "no-such"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("app/*.json", "app/a.json", true)]
    [InlineData("app/*.json", "app/b/a.json", false)]
    [InlineData("app/**/a.json", "app/a.json", true)]
    [InlineData("app/**/a.json", "app/x/y/a.json", true)]
    [InlineData("**", "any/thing", true)]
    [InlineData("a/**", "a", true)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/**", "ab", false)]
    [InlineData("**/a", "a", true)]
    [InlineData("**/a", "b/c/a", true)]
    [InlineData("**/a", "ba", false)]
    [InlineData("a**", "ab", true)]
    [InlineData("a**", "a/b", false)]
    [InlineData("{a/**,b}", "a/c/d", true)]
    [InlineData("{a/**,b}", "b", true)]
    [InlineData("a.{json,xml}", "a.xml", true)]
    [InlineData("a.{json,xml}", "a.txt", false)]
    [InlineData("[a-c]?", "b7", true)]
    [InlineData("[!a-c]", "b", false)]
    [InlineData(@"\*", "*", true)]
    [InlineData("a+b", "a+b", true)]
    public void Patterns_match_as_Trivy_s_do(string pattern, string path, bool matches) => Assert.Equal(matches, PathPattern.TryParse(pattern)!.Matches(path));

    [Theory]
    [InlineData("pkg:deb/debian/openssl", "pkg:deb/debian/openssl@3.0?arch=amd64", true)]
    [InlineData("pkg:deb/debian/openssl@3.0", "pkg:deb/debian/openssl@3.1", false)]
    [InlineData("pkg:deb/debian/openssl?arch=arm64", "pkg:deb/debian/openssl@3.0?arch=amd64", false)]
    [InlineData("pkg:npm/%40angular/core", "pkg:npm/@angular/core@1.0.0", true)]
    [InlineData("pkg:npm/core", "pkg:npm/@angular/core@1.0.0", false)]
    [InlineData("pkg:nuget/npgsql", "pkg:nuget/Npgsql@10.0.3", true)]
    public void Package_URLs_match_what_they_describe(string described, string package, bool matches) =>
        Assert.Equal(matches, PackageUrl.TryParse(described)!.Matches(PackageUrl.TryParse(package)!));

    private IgnoreFile Read(string content) => IgnoreFile.Read(Write(".trivyignore.yaml", content));
}
