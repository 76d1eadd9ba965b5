using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Acci.Testing;

namespace Acci.Oci.Tests;

/// <summary>The distribution project's own cases for its grammar.</summary>
public sealed partial class ImageReferenceConformanceTests
{
    private static readonly Dictionary<string, ReferenceError> Errors = new()
    {
        ["ErrNameEmpty"] = ReferenceError.Empty,
        ["ErrReferenceInvalidFormat"] = ReferenceError.Format,
        ["ErrNameContainsUppercase"] = ReferenceError.UppercaseRepository,
        ["ErrNameTooLong"] = ReferenceError.RepositoryTooLong,
        ["digest.ErrDigestInvalidFormat"] = ReferenceError.DigestFormat,
        ["digest.ErrDigestUnsupported"] = ReferenceError.DigestAlgorithm,
        ["digest.ErrDigestInvalidLength"] = ReferenceError.DigestLength,
    };

    public static IEnumerable<TheoryDataRow<string, int>> Cases => Conformance.Cases("image-references", testCase =>
        testCase.GetProperty("input").GetString() is { Length: > 0 } input ? input : "(empty)");

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_reference_reads_as_the_distribution_project_reads_it(string file, int index)
    {
        var testCase = Conformance.Case(file, index);
        var input = Text("input")!;

        if (Text("error") is { } error)
        {
            Assert.Equal(Errors[error], Assert.Throws<InvalidReferenceException>(() => ImageReference.Parse(input)).Error);
            return;
        }

        var reference = ImageReference.Parse(input);
        Assert.Equal(input, reference.ToString());
        Assert.Equal(Text("repository"), reference.Repository);
        Assert.Equal(Text("domain"), reference.Domain);
        Assert.Equal(Text("tag"), reference.Tag);
        Assert.Equal(Text("digest"), reference.Digest?.ToString());

        // Go's empty text is no text, except where the empty text itself is to be read.
        string? Text(string property) =>
            testCase.TryGetProperty(property, out var value) && value.GetString() is { } text && (text.Length > 0 || property == "input") ? WithoutGo(text) : null;
    }

    // Where the original computes a text, the case holds the expression, without the quotes at its two ends.
    private static string WithoutGo(string text) => !text.Contains("strings.Repeat(", StringComparison.Ordinal) ? text
        : Repeat().Replace(text, call => new StringBuilder().Insert(0, call.Groups["text"].Value, int.Parse(call.Groups["count"].Value, CultureInfo.InvariantCulture)).ToString())
            .Trim('"');

    [GeneratedRegex("""("\s*\+\s*)?strings\.Repeat\("(?<text>[^"]*)",\s*(?<count>[0-9]+)\)(\s*\+\s*")?""", RegexOptions.ExplicitCapture)]
    private static partial Regex Repeat();
}
