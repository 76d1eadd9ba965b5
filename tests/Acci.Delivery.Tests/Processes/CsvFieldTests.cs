using Acci.Delivery.Buildx;
using Acci.Delivery.Caching;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Oci;
using CsCheck;
using Microsoft.VisualBasic.FileIO;

namespace Acci.Delivery.Tests.Processes;

/// <summary>A value that holds a comma or a quote stays one value where docker and buildx read CSV.</summary>
public sealed class CsvFieldTests
{
    [Theory]
    [InlineData("/srv/plain", "src=/srv/plain")]
    [InlineData("/srv/a b", "src=/srv/a b")]
    [InlineData("/srv/a,b", "\"src=/srv/a,b\"")]
    [InlineData("/srv/\"a\"", "\"src=/srv/\"\"a\"\"\"")]
    public void A_value_is_in_quotes_where_it_has_to_be(string value, string field) => Assert.Equal(field, CsvField.Of("src", value));

    [Fact]
    public void A_reader_of_CSV_reads_what_was_written() => Gen.String[Gen.Char["a,\"' =;/"], 1, 12].Sample(value =>
    {
        using var parser = new TextFieldParser(new StringReader($"type=local,{CsvField.Of("src", value)},mode=max")) { Delimiters = [","], TrimWhiteSpace = false };
        return parser.ReadFields()!.SequenceEqual(["type=local", $"src={value}", "mode=max"]);
    });

    [Fact]
    public void Layouts_and_caches_may_lie_in_any_folder()
    {
        Assert.Equal("type=oci,\"dest=/srv/a,b\",tar=false,rewrite-timestamp=true", Bake.LayoutOutput("/srv/a,b"));
        var (from, to) = CacheLocation.Of(BuildCache.Local, ImageReference.Parse("ghcr.io/octo/app"), new CacheDirectory("/srv/a,b"), isTrunk: true);
        Assert.Matches("^type=local,\"src=/srv/a,b/.*app\"$", Assert.Single(from));
        Assert.Matches("^type=local,\"dest=/srv/a,b/.*app\",mode=max$", Assert.Single(to));
    }
}
