using Mono.Cecil;

namespace Acci.Architecture.Tests;

/// <summary>The JSON reader's own message may quote the rest of the text, with the passwords in it: only <c>JsonProblem</c> reads it.</summary>
public class JsonMessageTests
{
    public static TheoryData<string> Libraries => Product.Libraries;

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Nothing_shows_the_JSON_reader_s_own_message(string library)
    {
        using var module = Product.Read(library);

        Assert.Empty(new JsonMessages(module).Find().Except(["Acci.Oci.JsonProblem::TextOf"]));
    }

    [Fact]
    public void One_that_does_is_found_however_it_is_written()
    {
        using var own = ModuleDefinition.ReadModule(typeof(ShownJsonMessages).Assembly.Location);

        var found = new JsonMessages(own).Find().Where(x => x.Contains(nameof(ShownJsonMessages), StringComparison.Ordinal)).ToArray();

        Assert.Equal(ShownJsonMessages.All.Count, found.Length);
        Assert.All(ShownJsonMessages.All, name => Assert.Contains(found, x => x.EndsWith($"::{name}", StringComparison.Ordinal) || x.Contains($"<{name}>", StringComparison.Ordinal)));
    }
}
