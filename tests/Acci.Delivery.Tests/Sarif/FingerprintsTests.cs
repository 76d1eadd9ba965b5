using Acci.Delivery.Sarif;

namespace Acci.Delivery.Tests.Sarif;

public sealed class FingerprintsTests : SarifFixture
{
    private const string Source = "one\ntwo\nthree\n";

    [Theory]
    [InlineData("src/a.cs")]
    [InlineData("src/%61.cs")]
    [InlineData("./src/a.cs")]
    [InlineData("file://src/a.cs")]
    public void A_result_in_a_file_of_the_tree_gets_its_line_s_hash(string uri)
    {
        Write("src/a.cs", Source);

        Assert.Equal(LineHashes.Of(Source)[1], FingerprintOf(Result(uri, 2)));
    }

    [Fact]
    public void An_absolute_path_below_the_root_is_found()
    {
        var file = Write("src/a.cs", Source);

        Assert.Equal(LineHashes.Of(Source)[2], FingerprintOf(Result(file, 3)));
        Assert.Equal(LineHashes.Of(Source)[2], FingerprintOf(Result($"file://{file}", 3)));
    }

    [Fact]
    public void A_location_by_index_is_found()
    {
        Write("a.cs", Source);
        var log = Read("""
            { "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": "t" } },
              "artifacts": [ { "location": { "uri": "other.cs" } }, { "location": { "uri": "a.cs" } } ],
              "results": [
                { "message": { "text": "m" }, "locations": [ { "physicalLocation": { "artifactLocation": { "index": 1 }, "region": { "startLine": 1 } } } ] },
                { "message": { "text": "m" }, "locations": [ { "physicalLocation": { "artifactLocation": { "index": 7 }, "region": { "startLine": 1 } } } ] } ] } ] }
            """);

        new Fingerprints(Root).AddTo(log.Runs[0], Warnings.Add);

        Assert.Equal(LineHashes.Of(Source)[0], log.Runs[0].Results[0].PartialFingerprints[Fingerprints.LineHash]);
        Assert.Null(log.Runs[0].Results[1].PartialFingerprints);
    }

    [Theory]
    [InlineData("missing.cs", 1)]
    [InlineData("src", 1)]
    [InlineData("src/a.cs", 99)]
    [InlineData("https://example.com/src/a.cs", 1)]
    [InlineData("../outside.cs", 1)]
    [InlineData("/etc/hostname", 1)]
    [InlineData("src/link.cs", 1)]
    [InlineData("src/%zz.cs", 1)]
    [InlineData("src/%ff.cs", 1)]
    [InlineData("", 1)]
    public void A_result_that_is_in_no_file_below_the_root_gets_none(string uri, int line)
    {
        Write("src/a.cs", Source);
        File.CreateSymbolicLink(Path.Combine(Root, "src", "link.cs"), "/etc/hostname");

        Assert.Null(FingerprintOf(Result(uri, line)));
    }

    [Fact]
    public void A_result_without_a_line_gets_none()
    {
        Write("a.cs", Source);

        Assert.Null(FingerprintOf("""{ "message": { "text": "m" }, "locations": [ { "physicalLocation": { "artifactLocation": { "uri": "a.cs" } } } ] }"""));
        Assert.Null(FingerprintOf("""{ "message": { "text": "m" } }"""));
    }

    [Fact]
    public void A_fingerprint_that_is_there_stays_and_is_reported_when_it_is_another()
    {
        Write("a.cs", Source);

        Assert.Equal("0815:1", FingerprintOf(Result("a.cs", 1).Replace("\"message\"", "\"partialFingerprints\": { \"primaryLocationLineHash\": \"0815:1\" }, \"message\"", StringComparison.Ordinal)));

        Assert.Contains("line 1 of a.cs", Assert.Single(Warnings), StringComparison.Ordinal);
    }

    private string? FingerprintOf(string result)
    {
        var run = Read(Report(result)).Runs[0];
        new Fingerprints(Root).AddTo(run, Warnings.Add);
        return run.Results[0].PartialFingerprints?[Fingerprints.LineHash];
    }
}
