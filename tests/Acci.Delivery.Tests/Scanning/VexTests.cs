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

    private void AssertPasses(string document, string id, bool passes) =>
        Assert.Equal(passes, Judge(new SeverityGate { Vex = [VexDocument.Read(Write("vex.json", document))] }, Finding(id, "CRITICAL")).Passed);
}
