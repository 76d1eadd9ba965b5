using Assert = Xunit.Assert;

namespace Acci.Components.Tests;

/// <summary>A typing mistake in a parameter file shows nothing of the rest of the file.</summary>
public sealed class ParameterMistakeTests
{
    [Fact]
    public void What_is_wrong_is_told_by_its_line()
    {
        var document = ParameterJson.Parse("{\n  \"AllowDirty\": tru,\n  \"RegistryToken\": \"open-sesame-4711\"\n}", out var reason);

        Assert.Null(document);
        Assert.Equal("is no JSON: line 2 is not valid JSON", reason);
    }
}
