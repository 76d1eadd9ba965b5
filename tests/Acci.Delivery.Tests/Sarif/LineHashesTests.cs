using Acci.Delivery.Sarif;
using Acci.Testing;

namespace Acci.Delivery.Tests.Sarif;

public sealed class LineHashesTests
{
    public static IEnumerable<TheoryDataRow<string, int>> Cases => Conformance.Cases("sarif-fingerprints", testCase => testCase.GetProperty("input").GetRawText());

    [Theory]
    [MemberData(nameof(Cases))]
    public void Hashes_are_those_of_code_scanning(string file, int index)
    {
        var testCase = Conformance.Case(file, index);

        Assert.Equal(testCase.GetProperty("expected").EnumerateArray().Select(x => x.GetString()), LineHashes.Of(testCase.GetProperty("input").GetString()));
    }

    [Theory]
    [InlineData("a\r\nb\r\nc")]
    [InlineData("a\nb\nc")]
    [InlineData("a\rb\rc")]
    [InlineData("  a\n\tb \n c")]
    public void Line_endings_and_indentation_make_no_difference(string text) => Assert.Equal(LineHashes.Of("a\nb\nc"), LineHashes.Of(text));

    [Fact]
    public void A_line_that_comes_again_is_counted()
    {
        var hashes = LineHashes.Of(string.Concat(Enumerable.Repeat("Lorem ipsum dolor sit amet.\n", 10)));

        Assert.Equal(["a7f2ff13bc495cf2:1", "a7f2ff13bc495cf2:2", "a7f2ff13bc495cf2:3", "a7f2ff13bc495cf2:4", "a7f2ff13bc495cf2:5", "a7f2ff13bc495cf2:6"], hashes.Take(6));
        Assert.Equal(11, hashes.Count);
    }

    [Fact]
    public void Lines_added_far_above_leave_a_line_s_hash_as_it_was()
    {
        var below = string.Concat(Enumerable.Range(0, 20).Select(x => $"statement number {x};\n"));

        Assert.Equal(LineHashes.Of(below), LineHashes.Of("something new\n" + below).Skip(1));
    }
}
