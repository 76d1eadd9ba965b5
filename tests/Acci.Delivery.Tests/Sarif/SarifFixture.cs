using System.IO.Compression;
using System.Text;
using Acci.Delivery.Sarif;
using Acci.Testing;
using Microsoft.CodeAnalysis.Sarif;

namespace Acci.Delivery.Tests.Sarif;

/// <summary>A folder to write reports to, and what became of them.</summary>
public abstract class SarifFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected List<string> Warnings { get; } = [];

    protected string Root => _folder.Path;

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected string Write(string name, string content)
    {
        var file = _folder.Combine(name.Split('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        return file;
    }

    protected SarifLog Read(string content) => SarifReader.Read(Write($"{Guid.NewGuid():N}.sarif", content), Warnings.Add);

    protected static string Text(SarifLog log)
    {
        using var stream = new MemoryStream();
        SarifWriter.Write(log, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    protected static string Unpack(byte[] gzip)
    {
        using var reader = new StreamReader(new GZipStream(new MemoryStream(gzip), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }

    /// <summary>A report of one run: rules r0, r1 … and these results.</summary>
    protected static string Report(string results, string tool = "Tool", string category = "c/", int rules = 1, string rule = "") => $$"""
        { "version": "2.1.0", "runs": [ {
          "tool": { "driver": { "name": "{{tool}}", "rules": [ {{string.Join(", ", Enumerable.Range(0, rules).Select(x => $$"""{ "id": "r{{x}}" {{rule}} }"""))}} ] } },
          "automationDetails": { "id": "{{category}}" },
          "results": [ {{results}} ]
        } ] }
        """;

    protected static string Result(string uri, int line, string rule = "r0", string text = "found") => $$"""
        { "ruleId": "{{rule}}", "message": { "text": "{{text}}" }, "locations": [ { "physicalLocation": { "artifactLocation": { "uri": "{{uri}}" }, "region": { "startLine": {{line}} } } } ] }
        """;
}
