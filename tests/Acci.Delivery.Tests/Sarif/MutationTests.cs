using System.Text;
using Acci.Delivery.Sarif;
using Acci.Delivery.Scanning;
using Acci.Testing;
using Newtonsoft.Json.Linq;
using YamlDotNet.RepresentationModel;

namespace Acci.Delivery.Tests.Sarif;

/// <summary>Two thousand damaged files: each ends in an error that names it, or in a valid upload that has all it had.</summary>
public sealed class MutationTests : SarifFixture
{
    private const int SarifFiles = 1500;
    private const int IgnoreFiles = 500;
    private static readonly TimeSpan LongestFile = TimeSpan.FromMinutes(2);

    private const string Ignores = """
        vulnerabilities:
          - id: CVE-2026-0001
            paths:
              - "app/**/*.json"
              - usr/lib/{a,b}/[a-z]*
            purls:
              - pkg:deb/debian/openssl@3.0.15
            expired_at: 2031-12-31
            statement: "No path to it: the code that has it is never called."
          - id: CVE-2026-0002
        secrets:
          - id: aws-access-key-id
            paths: [ app/settings.json ]
        misconfigurations:
        licenses: []
        """;

    private const string Sample = """
        { "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [ {
          "tool": { "driver": { "name": "Trivy", "fullName": "Trivy Vulnerability Scanner", "informationUri": "https://github.com/aquasecurity/trivy", "version": "0.70.0",
            "rules": [ { "id": "CVE-1", "name": "OsPackageVulnerability", "shortDescription": { "text": "short" }, "defaultConfiguration": { "level": "warning" }, "helpUri": "https://example.com/1", "help": { "text": "t", "markdown": "**t**" },
                         "properties": { "precision": "very-high", "security-severity": "5.3", "tags": [ "vulnerability", "security" ] } },
                       { "id": "CVE-2", "relationships": [ { "target": { "id": "CWE-1", "toolComponent": { "name": "CWE", "index": 0 } }, "kinds": [ "superset" ] } ] } ] },
            "extensions": [ { "name": "pack", "guid": "11111111-1111-4111-8111-111111111111", "rules": [ { "id": "E1" } ] } ] },
          "invocations": [ { "executionSuccessful": true, "startTimeUtc": "2026-11-23T10:00:00Z", "exitCode": 0, "toolExecutionNotifications": [ { "message": { "text": "n" }, "level": "note" } ] } ],
          "artifacts": [ { "location": { "uri": "src/a.cs", "uriBaseId": "%SRCROOT%", "index": 0 }, "mimeType": "text/x-csharp", "hashes": { "sha-256": "00" }, "roles": [ "analysisTarget" ] } ],
          "originalUriBaseIds": { "%SRCROOT%": { "uri": "file:///src/" } },
          "automationDetails": { "id": "trivy/app/linux-amd64/7", "description": { "text": "d" } },
          "columnKind": "utf16CodeUnits",
          "results": [
            { "ruleId": "CVE-1", "ruleIndex": 0, "level": "error", "kind": "fail", "message": { "text": "found [here](1)", "arguments": [ "x" ] }, "rank": 12.5, "occurrenceCount": 2,
              "locations": [ { "id": 1, "physicalLocation": { "artifactLocation": { "uri": "src/a.cs", "index": 0 }, "region": { "startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 9, "snippet": { "text": "two" } } }, "logicalLocations": [ { "name": "f", "kind": "function" } ] } ],
              "relatedLocations": [ { "id": 1, "physicalLocation": { "artifactLocation": { "index": 0 } }, "message": { "text": "here" } } ],
              "partialFingerprints": { "own": "1" }, "suppressions": [ { "kind": "external", "status": "accepted", "justification": "j" } ], "properties": { "anything": { "deep": [ 1, null, "x" ] } } },
            { "rule": { "id": "E1", "index": 0, "toolComponent": { "index": 0 } }, "message": { "id": "default" },
              "codeFlows": [ { "threadFlows": [ { "locations": [ { "location": { "physicalLocation": { "artifactLocation": { "uri": "src/a.cs" }, "region": { "startLine": 1 } } }, "importance": "essential", "nestingLevel": 1 } ] } ] } ],
              "fixes": [ { "artifactChanges": [ { "artifactLocation": { "uri": "src/a.cs" }, "replacements": [ { "deletedRegion": { "startLine": 1 }, "insertedContent": { "text": "x" } } ] } ] } ] },
            { "ruleId": "CVE-2", "message": { "text": "no place" } } ] } ] }
        """;

    [Fact]
    public async Task Fifteen_hundred_damaged_SARIF_files_end_in_an_error_or_in_a_valid_upload()
    {
        Write("src/a.cs", "one\ntwo\nthree\n");
        Assert.Empty(await SarifSchema.ProblemsAsync(Sample));
        var random = new Random(20261123);
        var file = Path.Combine(Root, "damaged.sarif");
        var (errors, uploads) = (0, 0);
        for (var turn = 0; turn < SarifFiles; turn++)
        {
            var content = turn == 0 ? Encoding.UTF8.GetBytes(Sample) : Damage(Sample, random, turn, JsonValues);
            await File.WriteAllBytesAsync(file, content, Cancellation);
            List<string> warnings = [];
            IReadOnlyList<Analysis> analyses;
            try
            {
                analyses = await Task.Run(() => Prepare(file, warnings)).WaitAsync(LongestFile, Cancellation);
            }
            catch (DeliveryException exception)
            {
                Assert.True(exception.Message.Contains(file, StringComparison.Ordinal), $"turn {turn}: {exception.Message}");
                errors++;
                continue;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Assert.Fail($"turn {turn}: {exception}\n{Encoding.UTF8.GetString(content.AsSpan(0, Math.Min(content.Length, 20_000)))}");
                throw;
            }

            uploads++;
            foreach (var analysis in analyses)
            {
                var upload = Unpack(UploadLimits.GitHub.Apply(analysis, warnings.Add));
                var problems = await SarifSchema.ProblemsAsync(upload);
                Assert.True(problems.Count == 0, $"turn {turn}: {string.Join(", ", problems)}\n{upload}");
            }

            AssertNothingIsLost(turn, content, analyses);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{errors} errors, {uploads} uploads");
        Assert.True(errors > SarifFiles / 4 && uploads > SarifFiles / 10, $"{errors} errors, {uploads} uploads");
    }

    [Fact]
    public async Task Five_hundred_damaged_ignore_files_end_in_an_error_or_are_read()
    {
        Assert.Equal(3, IgnoreFile.Read(Write(".trivyignore.yaml", Ignores)).Entries.Count);
        var random = new Random(20261124);
        var (errors, read) = (0, 0);
        for (var turn = 0; turn < IgnoreFiles; turn++)
        {
            var file = Path.Combine(Root, turn % 5 == 0 ? ".trivyignore" : "damaged.yaml");
            var content = Damage(Ignores, random, turn, YamlValues);
            await File.WriteAllBytesAsync(file, content, Cancellation);
            try
            {
                var entries = (await Task.Run(() => IgnoreFile.Read(file)).WaitAsync(LongestFile, Cancellation)).Entries;
                Assert.Equal(IdsOf(file, Decode(content)), entries.Select(entry => entry.Id));
                read++;
            }
            catch (DeliveryException exception)
            {
                Assert.Contains(file, exception.Message, StringComparison.Ordinal);
                errors++;
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Assert.Fail($"turn {turn}: {exception}\n{Encoding.UTF8.GetString(content.AsSpan(0, Math.Min(content.Length, 20_000)))}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{errors} errors, {read} read");
        Assert.True(errors > IgnoreFiles / 4 && read > IgnoreFiles / 20, $"{errors} errors, {read} read");
    }

    [Fact]
    public async Task Three_hundred_damaged_reports_of_Trivy_end_in_an_error_or_are_read_in_full()
    {
        var sample = TrivyStandIn.Report([TrivyStandIn.Vulnerability("CVE-1", "HIGH"), TrivyStandIn.Vulnerability("CVE-2", "LOW", type: "nuget")], [new { RuleID = "key", Title = "a key", Severity = "CRITICAL", StartLine = 7 }]).Replace(",\"", ",\n\"", StringComparison.Ordinal).Replace("\":", "\": ", StringComparison.Ordinal);
        await DamageAsync(sample, 300, file => TrivyReport.Read(file).Findings().Count, document => document.SelectTokens("$.Results[*].Vulnerabilities[*]").Concat(document.SelectTokens("$.Results[*].Secrets[*]")).Count());
    }

    [Fact]
    public async Task Three_hundred_damaged_VEX_documents_end_in_an_error_or_are_read()
    {
        const string openVex = """
            { "@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "a", "timestamp": "2026-01-01T00:00:00Z", "version": 1, "statements": [
              { "vulnerability": { "name": "CVE-1", "aliases": [ "GHSA-1" ] }, "timestamp": "2026-01-02T00:00:00Z", "products": [ { "@id": "pkg:oci/acci@sha256:00?repository_url=ghcr.io/o/acci", "subcomponents": [ { "@id": "pkg:deb/debian/openssl" } ] } ], "status": "not_affected" },
              { "vulnerability": "CVE-2", "products": [ "pkg:deb/debian/openssl", { "identifiers": { "purl": "pkg:npm/a" } } ], "status": "affected" } ] }
            """;
        const string cycloneDx = """
            { "bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": { "timestamp": "2026-01-01T00:00:00Z", "component": { "bom-ref": "image", "purl": "pkg:oci/acci" } },
              "components": [ { "name": "outer", "components": [ { "name": "openssl", "bom-ref": "inner", "purl": "pkg:deb/debian/openssl" } ] } ],
              "vulnerabilities": [ { "id": "CVE-1", "analysis": { "state": "not_affected", "lastUpdated": "2026-01-02T00:00:00Z" }, "affects": [ { "ref": "inner" } ] } ] }
            """;
        await DamageAsync(openVex, 150, file => Read(file), _ => 0);
        await DamageAsync(cycloneDx, 150, file => Read(file), _ => 0);

        static int Read(string file) => VexDocument.Read(file) is null ? 1 : 0;
    }

    private async Task DamageAsync(string sample, int files, Func<string, int> read, Func<JObject, int> expected)
    {
        var random = new Random(20261125);
        var file = Path.Combine(Root, "damaged.json");
        var (errors, taken) = (0, 0);
        for (var turn = 0; turn < files; turn++)
        {
            var content = turn == 0 ? Encoding.UTF8.GetBytes(sample) : Damage(sample, random, turn, JsonValues);
            await File.WriteAllBytesAsync(file, content, Cancellation);
            try
            {
                var count = await Task.Run(() => read(file)).WaitAsync(LongestFile, Cancellation);
                Assert.True(expected(JObject.Parse(Decode(content))) == count, $"turn {turn}: {count}\n{Decode(content)}");
                taken++;
            }
            catch (DeliveryException exception)
            {
                Assert.Contains(file, exception.Message, StringComparison.Ordinal);
                Assert.NotEqual(0, turn);
                errors++;
            }
            catch (Exception exception) when (exception is not OperationCanceledException and not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"turn {turn}: {exception}\n{Encoding.UTF8.GetString(content.AsSpan(0, Math.Min(content.Length, 20_000)))}");
            }
        }

        Assert.True(errors > files / 5 && taken > files / 20, $"{errors} errors, {taken} read");
    }

    // The identifiers as another reader finds them.
    private static IEnumerable<string> IdsOf(string file, string text)
    {
        if (!file.EndsWith(".yaml", StringComparison.Ordinal))
            return text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "").Where(x => x.Length > 0 && !x.StartsWith('#'));
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        return
            from document in yaml.Documents
            from section in (document.RootNode as YamlMappingNode)?.Children.Values ?? []
            from entry in section is YamlSequenceNode list ? list.Children : []
            from pair in ((YamlMappingNode)entry).Children
            where (string?)pair.Key == "id"
            select ((string)pair.Value!).Trim();
    }

    private IReadOnlyList<Analysis> Prepare(string file, List<string> warnings)
    {
        var analyses = Analysis.Merge([TrivySarif.Categorize(SarifReader.Read(file, warnings.Add))], warnings.Add);
        var fingerprints = new Fingerprints(Root);
        foreach (var analysis in analyses)
        {
            fingerprints.AddTo(analysis.Run, warnings.Add);
            TrivySarif.AddFingerprints(analysis.Run);
        }

        return analyses;
    }

    // As many results as before, and every text of theirs somewhere. What warnings say was left out is none of either.
    private static void AssertNothingIsLost(int turn, byte[] content, IReadOnlyList<Analysis> analyses)
    {
        var before = JObject.Parse(Decode(content));
        var uploaded = string.Join('\n', analyses.Select(x => Text(x.ToLog())));
        Assert.True(before.SelectTokens("$.runs[*].results[*]").Count() == analyses.Sum(x => x.Run.Results.Count), $"turn {turn}: results are missing");
        foreach (var text in before.SelectTokens("$.runs[*].results[*].message.text").Select(x => (string?)x).OfType<string>().Where(x => x.Length < 1000))
            Assert.True(uploaded.Contains(Newtonsoft.Json.JsonConvert.ToString(text), StringComparison.Ordinal), $"turn {turn}: '{text}' is missing in {uploaded}");
    }

    private static string Decode(byte[] content) =>
        (content is [0xFF, 0xFE, ..] ? Encoding.Unicode : content is [0xFE, 0xFF, ..] ? Encoding.BigEndianUnicode : Encoding.UTF8).GetString(content).TrimStart('\uFEFF');

    private static readonly string[] JsonValues =
    [
        "null", "true", "-1", "0", "1e999", "1.5", "99999999999999999999", "\"\"", "\"text\"", "[]", "{}", "[null]", "[[]]", "{\"a\":1}", "\"\\ud800\"", "\"\\u0000\"", "\"2026-13-45\"", "NaN", "'x'", "/* */ 1", "\"\\u202e\\u001b[31m\"",
    ];

    private static readonly string[] YamlValues =
    [
        "null", "~", "[]", "{}", "- - -", "*alias", "&anchor x", "!!binary x", "|\n  text", "2026-99-99", "2031-01-01T00:00:00Z", "\"\\x00\"", "[a, [b]]", "{ id: x }", "? y", "'", "\"", "%", "@", "`", "\t", "1e9",
    ];

    /// <summary>One kind of damage or another: cut off, exchanged values, bytes, depth, size, encoding.</summary>
    private static byte[] Damage(string sample, Random random, int turn, string[] values)
    {
        var bytes = Encoding.UTF8.GetBytes(sample);
        switch (turn % 10)
        {
            case 0: return bytes[..random.Next(bytes.Length)];
            case 1 or 2 or 3: return Encoding.UTF8.GetBytes(ExchangeValue(sample, random, values));
            case 4:
                for (var i = random.Next(1, 6); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
            case 5:
                var depth = random.Next(20, 100_000);
                var (open, close) = random.Next(2) == 0 ? ("[", "]") : ("{\"a\":", "}");
                return Encoding.UTF8.GetBytes(ExchangeValue(sample, random, [string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth))]));
            case 6: return Encoding.UTF8.GetBytes(ExchangeValue(sample, random, [$"\"{new string('x', random.Next(1000, 2_000_000))}\"", string.Concat(Enumerable.Repeat("[1],", 1000))]));
            case 7:
                Encoding encoding = random.Next(5) switch { 0 => Encoding.Unicode, 1 => Encoding.BigEndianUnicode, 2 => Encoding.UTF32, 3 => Encoding.Latin1, _ => Encoding.UTF8 };
                var text = random.Next(2) == 0 ? sample : sample.Replace("found", "größer", StringComparison.Ordinal).Replace("No path", "Größe", StringComparison.Ordinal);
                return [.. random.Next(3) == 0 ? [] : encoding.GetPreamble(), .. encoding.GetBytes(text)];
            case 8:
                // A line less, or twice.
                var lines = sample.Split('\n').ToList();
                var at = random.Next(lines.Count);
                if (random.Next(2) == 0) lines.RemoveAt(at);
                else lines.Insert(at, lines[at]);
                return Encoding.UTF8.GetBytes(string.Join('\n', lines));
            default:
                // A piece of the file in another place.
                var (from, length) = (random.Next(sample.Length), random.Next(1, 60));
                var piece = sample.Substring(from, Math.Min(length, sample.Length - from));
                return Encoding.UTF8.GetBytes(sample.Insert(random.Next(sample.Length), piece));
        }
    }

    // What stands behind a colon is another value.
    private static string ExchangeValue(string sample, Random random, string[] values)
    {
        var colons = Enumerable.Range(0, sample.Length).Where(x => sample[x] == ':' && x + 1 < sample.Length && sample[x + 1] == ' ').ToList();
        var start = colons[random.Next(colons.Count)] + 2;
        var end = start;
        for (var (depth, inText) = (0, false); end < sample.Length; end++)
        {
            if (sample[end] == '"' && sample[end - 1] != '\\') inText = !inText;
            if (inText) continue;
            if (sample[end] is '[' or '{') depth++;
            if (depth == 0 && sample[end] is ',' or ']' or '}' or '\n') break;
            if (sample[end] is ']' or '}') depth--;
        }

        return sample[..start] + values[random.Next(values.Length)] + sample[end..];
    }
}
