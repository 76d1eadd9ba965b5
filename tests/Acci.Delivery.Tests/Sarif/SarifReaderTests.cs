using System.Text;
using Acci.Delivery.Sarif;

namespace Acci.Delivery.Tests.Sarif;

public sealed class SarifReaderTests : SarifFixture
{
    [Theory]
    [InlineData("", "line 1", "not JSON")]
    [InlineData("{", "line 1", "not JSON")]
    [InlineData("[]", "line 1", "the outermost value", "an array, where an object belongs")]
    [InlineData("null", "line 1", "null, where an object belongs")]
    [InlineData("{}", "'version' is missing", "'runs' is missing")]
    [InlineData("""{ "version": "2.0.0", "runs": [] }""", "version", "'2.0.0' is none of 2.1.0")]
    [InlineData("{ \"version\": \"2.1.0\",\n\"runs\": {} }", "line 2, runs", "an object, where an array or null belongs")]
    [InlineData("""{ "version": "2.1.0", "runs": [ 7 ] }""", "runs[0]", "a number, where an object belongs")]
    [InlineData("""{ "version": "2.1.0", "runs": [ { "tool": {} } ] }""", "runs[0].tool", "'driver' is missing")]
    [InlineData("""{ "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": "t" } }, "results": [ {} ] } ] }""", "runs[0].results[0]", "'message' is missing")]
    [InlineData("""{ "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": "t" } }, "results": [ { "message": {} } ] } ] }""", "runs[0].results[0].message", "'text'", "'id'")]
    [InlineData("""{ "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": "t" } }, "results": [ { "message": { "text": "a" }, "level": "fatal" } ] } ] }""", "level", "'fatal' is none of none, note, warning, error")]
    [InlineData("""{ "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": "t" } }, "results": [ { "message": { "text": "a" }, "ruleIndex": 99999999999 } ] } ] }""", "ruleIndex", "32 bits")]
    [InlineData("""{ "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": "t" } }, "results": [ { "message": { "text": "a" }, "message": { "text": "b" } } ] } ] }""", "message", "twice")]
    [InlineData("""{ "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": "t" } }, "results": [ { "message": { "text": "a" }, "guid": "7" } ] } ] }""", "guid", "not of the form")]
    public void What_is_not_SARIF_is_told_with_file_and_place(string content, params string[] words)
    {
        var file = Write("bad.sarif", content);

        var failure = Assert.Throws<DeliveryException>(() => SarifReader.Read(file, Warnings.Add));

        Assert.All(words.Prepend(file), word => Assert.Contains(word, failure.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Names_that_no_text_can_hold_are_told_once_each_and_not_taken_for_one_another()
    {
        var file = Write("half.sarif", """{ "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": "t" } }, "originalUriBaseIds": { "\ud800": { "uri": 7 }, "\udbff": {} } } ] }""");

        var failure = Assert.Throws<DeliveryException>(() => SarifReader.Read(file, Warnings.Add));

        const string problem = "\n    line 1, runs[0].originalUriBaseIds: a text with half a surrogate pair in it";
        Assert.EndsWith($"is not SARIF 2.1.0:{problem}{problem}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_SARIF_does_not_know_is_left_out_and_named_once()
    {
        var log = Read(Report("""
            { "message": { "text": "a" }, "confidence": 7, "ruleId": null },
            { "message": { "text": "b" }, "confidence": 8 }
            """));

        Assert.Equal(2, log.Runs[0].Results.Count);
        Assert.Contains(Warnings, x => x.Contains("'confidence' is not known to SARIF 2.1.0", StringComparison.Ordinal) && x.Contains("runs[0].results[0]", StringComparison.Ordinal) && x.Contains("1 more", StringComparison.Ordinal));
        Assert.Contains(Warnings, x => x.Contains("'ruleId' is null", StringComparison.Ordinal));
        Assert.Equal(2, Warnings.Count);
    }

    [Fact]
    public void A_tool_without_a_name_gets_one()
    {
        var log = Read("""{ "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": null } } } ] }""");

        Assert.Equal(SarifReader.NamelessTool, log.Runs[0].Tool.Driver.Name);
        Assert.Empty(log.Runs[0].Results);
        Assert.Contains(Warnings, x => x.Contains("no name", StringComparison.Ordinal));
    }

    [Fact]
    public void A_level_that_is_written_stays_written()
    {
        // A warning is the default of a result, but not where its rule says otherwise.
        var text = Text(Read(Report("""{ "ruleId": "r0", "ruleIndex": 0, "level": "warning", "message": { "text": "a" } }""", rule: """, "defaultConfiguration": { "level": "error" }""")));

        Assert.Contains("\"level\": \"warning\"", text.Replace("\":\"", "\": \"", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-8")]
    public void A_file_with_a_byte_order_mark_is_read(string encoding)
    {
        var file = Path.Combine(Root, "marked.sarif");
        File.WriteAllText(file, Report(Result("ä.cs", 1)), Encoding.GetEncoding(encoding));

        Assert.Equal("ä.cs", SarifReader.Read(file, Warnings.Add).Runs[0].Results[0].Locations[0].PhysicalLocation.ArtifactLocation.Uri.OriginalString);
    }

    [Fact]
    public void Another_encoding_is_told_with_its_line()
    {
        var file = Path.Combine(Root, "latin.sarif");
        File.WriteAllBytes(file, Encoding.Latin1.GetBytes("{\n\"version\": \"2.1.0\", \"ä\": 1 }"));

        var failure = Assert.Throws<DeliveryException>(() => SarifReader.Read(file, Warnings.Add));

        Assert.Contains($"{file} is not UTF-8: line 2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_nested_too_deep_is_told()
    {
        var deep = Report($$"""{ "message": { "text": "a" }, "properties": { "p": {{new string('[', 5000)}}{{new string(']', 5000)}} } }""");

        Assert.Contains("deeper than 64 levels", Assert.Throws<DeliveryException>(() => Read(deep)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Contains("no-such.sarif", Assert.Throws<DeliveryException>(() => SarifReader.Read(Path.Combine(Root, "no-such.sarif"), Warnings.Add)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_lies_in_further_files_is_told_to_be_missing()
    {
        var log = Read("""{ "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": "t" } }, "externalPropertyFileReferences": { "results": [ { "location": { "uri": "results.sarif-external-properties" } } ] } } ] }""");

        Assert.Null(log.Runs[0].ExternalPropertyFileReferences);
        Assert.Contains("'externalPropertyFileReferences' was left out", Assert.Single(Warnings), StringComparison.Ordinal);
    }
}
