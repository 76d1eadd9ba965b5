using Acci.Delivery.Scanning;

namespace Acci.Delivery.Tests.Scanning;

public sealed class VexTests : ScanningFixture
{
    private const string OpenVex = """
        { "@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "a", "timestamp": "2026-01-01T00:00:00Z", "version": 1, "statements": [
          { "vulnerability": { "name": "CVE-1" }, "products": [ { "@id": "pkg:deb/debian/openssl" } ], "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path" },
          { "vulnerability": { "name": "CVE-2" }, "products": [ { "@id": "pkg:oci/acci", "subcomponents": [ { "@id": "pkg:deb/debian/openssl" } ] } ], "status": "not_affected", "justification": "component_not_present" },
          { "vulnerability": { "name": "CVE-3" }, "products": [ { "@id": "pkg:oci/acci" } ], "status": "fixed" },
          { "vulnerability": { "name": "CVE-4" }, "products": [ { "@id": "pkg:deb/debian/openssl" } ], "status": "not_affected" },
          { "vulnerability": { "name": "CVE-4" }, "products": [ { "@id": "pkg:deb/debian/openssl" } ], "status": "affected", "action_statement": "update" },
          { "vulnerability": { "name": "CVE-5" }, "products": [ { "@id": "pkg:oci/other" } ], "status": "not_affected" } ] }
        """;

    private const string CycloneDx = """
        { "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": [ { "type": "library", "name": "openssl", "bom-ref": "ref-1", "purl": "pkg:deb/debian/openssl@3.0.15-1" } ], "vulnerabilities": [
          { "id": "CVE-1", "analysis": { "state": "not_affected", "justification": "code_not_reachable", "detail": "never called" }, "affects": [ { "ref": "ref-1" } ] },
          { "id": "CVE-2", "analysis": { "state": "exploitable" }, "affects": [ { "ref": "ref-1" } ] },
          { "id": "CVE-3", "analysis": { "state": "false_positive" }, "affects": [ { "ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg:deb/debian/openssl@3.0.15-1" } ] },
          { "id": "CVE-5" } ] }
        """;

    [Theory]
    [InlineData("CVE-1", true)]
    [InlineData("CVE-2", true)]
    [InlineData("CVE-3", true)]
    [InlineData("CVE-4", false)]
    [InlineData("CVE-5", false)]
    [InlineData("CVE-6", false)]
    public void What_OpenVEX_says_is_not_affected_or_fixed_passes(string id, bool passes) => AssertPasses(OpenVex, id, passes);

    [Theory]
    [InlineData("CVE-1", true)]
    [InlineData("CVE-2", false)]
    [InlineData("CVE-3", true)]
    [InlineData("CVE-5", false)]
    public void What_CycloneDX_says_is_not_affected_passes(string id, bool passes) => AssertPasses(CycloneDx, id, passes);

    [Theory]
    [InlineData("""{ "@id": "pkg:oci/acci" }""", true)]
    [InlineData("""{ "@id": "pkg:oci/acci@DIGEST" }""", true)]
    [InlineData("""{ "@id": "pkg:oci/acci@PLATFORM" }""", true)]
    [InlineData("""{ "@id": "pkg:oci/acci@sha256:0000000000000000000000000000000000000000000000000000000000000000" }""", false)]
    [InlineData("""{ "@id": "pkg:oci/acci@DIGEST?repository_url=ghcr.io/owner/acci" }""", true)]
    [InlineData("""{ "@id": "pkg:oci/acci?repository_url=ghcr.io%2Fowner" }""", true)]
    [InlineData("""{ "@id": "pkg:oci/acci@DIGEST?repository_url=ghcr.io/other/acci" }""", false)]
    [InlineData("""{ "@id": "pkg:oci/acci", "subcomponents": [ { "@id": "pkg:deb/debian/openssl" } ] }""", true)]
    [InlineData("""{ "@id": "pkg:oci/acci", "subcomponents": [ { "@id": "pkg:deb/debian/curl" } ] }""", false)]
    [InlineData("""{ "@id": "pkg:oci/acci", "subcomponents": [ { "@id": "https://example.com/openssl" } ] }""", false)]
    [InlineData("""{ "@id": "pkg:oci/other", "subcomponents": [ { "@id": "pkg:deb/debian/openssl" } ] }""", false)]
    [InlineData("""{ "@id": "https://example.com/acci" }""", false)]
    [InlineData("", false)]
    public void A_statement_is_about_its_products_and_nothing_else(string product, bool passes)
    {
        product = product.Replace("DIGEST", Recorded().Digest.ToString(), StringComparison.Ordinal).Replace("PLATFORM", Oci.Digest.Of([2]).ToString(), StringComparison.Ordinal);

        AssertPasses(Document("2026-01-01T00:00:00Z", Statement("not_affected", product)), "CVE-1", passes);
        // Without any product at all, too.
        AssertPasses("""{ "@context": "https://openvex.dev/ns/v0.2.0", "statements": [ { "vulnerability": { "name": "CVE-1" }, "status": "not_affected" } ] }""", "CVE-1", passes: false);
    }

    [Theory]
    [InlineData("2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z", true)]
    [InlineData("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", false)]
    public void What_was_said_last_decides_wherever_it_stands(string harmless, string affected, bool passes)
    {
        var good = Statement("not_affected", """{ "@id": "pkg:deb/debian/openssl" }""", harmless);
        var bad = Statement("affected", """{ "@id": "pkg:deb/debian/openssl" }""", affected);
        VexDocument Read(params string[] statements) => VexDocument.Read(Write($"{Guid.NewGuid():N}.json", Document("2025-01-01T00:00:00Z", statements)));

        foreach (var documents in (VexDocument[][])[[Read(good, bad)], [Read(bad, good)], [Read(good), Read(bad)], [Read(bad), Read(good)]])
            Assert.Equal(passes, Judge(new SeverityGate { Vex = documents }, Finding("CVE-1", "CRITICAL")).Passed);
    }

    [Fact]
    public void Components_of_a_CycloneDX_document_are_found_at_any_depth()
    {
        const string document = """
            { "bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": { "component": { "type": "container", "name": "acci", "bom-ref": "image", "purl": "pkg:oci/acci" } },
              "components": [ { "type": "library", "name": "outer", "components": [ { "type": "library", "name": "openssl", "bom-ref": "inner", "purl": "pkg:deb/debian/openssl" } ] } ],
              "vulnerabilities": [ { "id": "CVE-1", "analysis": { "state": "not_affected" }, "affects": [ { "ref": "inner" } ] }, { "id": "CVE-2", "analysis": { "state": "not_affected" }, "affects": [ { "ref": "image" } ] } ] }
            """;

        AssertPasses(document, "CVE-1", passes: true);
        AssertPasses(document, "CVE-2", passes: true);
    }

    [Fact]
    public void The_reason_is_kept()
    {
        var finding = Judge(new SeverityGate { Vex = [VexDocument.Read(Write("vex.json", CycloneDx))] }, Finding("CVE-1", "CRITICAL")).Findings.Single();

        Assert.Equal((Verdict.NotAffected, "VEX: not_affected: code_not_reachable: never called"), (finding.Verdict, finding.Reason));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{ \"@context\": \"https://openvex.dev/ns\", \"statements\": 7 }")]
    [InlineData("{ \"bomFormat\": \"CycloneDX\", \"vulnerabilities\": { } }")]
    public void What_is_no_VEX_is_told_with_its_file(string content)
    {
        var file = Write("vex.json", content);

        Assert.Contains(file, Assert.Throws<DeliveryException>(() => VexDocument.Read(file)).Message, StringComparison.Ordinal);
    }

    private static string Document(string time, params string[] statements) =>
        $$"""{ "@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "a", "timestamp": "{{time}}", "version": 1, "statements": [ {{string.Join(", ", statements)}} ] }""";

    private static string Statement(string status, string product, string? time = null) =>
        $$"""{ "vulnerability": { "name": "CVE-1" }, "products": [ {{product}} ], {{(time is null ? "" : $"\"timestamp\": \"{time}\",")}} "status": "{{status}}" }""";

    private void AssertPasses(string document, string id, bool passes) =>
        Assert.Equal(passes, Judge(new SeverityGate { Vex = [VexDocument.Read(Write("vex.json", document))] }, Finding(id, "CRITICAL")).Passed);
}
