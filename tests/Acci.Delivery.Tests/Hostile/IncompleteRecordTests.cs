using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Acci.Delivery.Scanning;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Hostile;

/// <summary>A record that lacks something, with the checksum that is right for the rest.</summary>
public sealed class IncompleteRecordTests : IDisposable
{
    private static readonly string Sha = $"sha256:{new string('a', 64)}";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\"revision\": \"\", \"version\": \"\",", "{}")]
    [InlineData("\"version\": \"\",", "")]
    public void Is_refused(string texts, string platform)
    {
        var content = JsonNode.Parse($$"""
            { "format": 1, "image": "acci", "repository": "o/acci", "digest": "{{Sha}}", {{texts}} "scannedAt": "2026-01-01T00:00:00+00:00", "scanner": "Trivy", "platforms": [ {{platform}} ] }
            """)!.AsObject();
        content["checksum"] = Digest.Of(Encoding.UTF8.GetBytes(content.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))).ToString();
        var file = _folder.Combine(ScanRecord.FileName);
        File.WriteAllText(file, content.ToJsonString());

        var error = Assert.Throws<DeliveryException>(() => ScanRecord.Read(Path.GetDirectoryName(file)!));

        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("checksum", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_its_place_is_no_missing_record()
    {
        var file = _folder.Combine(ScanRecord.FileName);
        Directory.CreateDirectory(file);

        foreach (var act in new Action[] { () => ScanRecord.Read(_folder.Path), () => ScanRecord.Delete(_folder.Path) })
            Assert.Equal($"{file} is a folder, and should be a file: move it away.", Assert.Throws<DeliveryException>(act).Message);
    }
}
