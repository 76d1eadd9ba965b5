namespace Acci.Components.Tests;

public class BuildSchemaTests
{
    private const string Offline = """
        { "definitions": { "Host": { "enum": [ "Terminal", "VisualStudio", "VSCode" ] }, "BuildCache": { "type": "string", "enum": [ "Local", "None" ] } },
          "allOf": [ { "properties": { "Cache": { "description": "where", "$ref": "#/definitions/BuildCache" } } } ] }
        """;

    [Theory]
    [InlineData("\"VisualStudio\", \"VSCode\"", "\"VSCode\", \"VisualStudio\"", true)]
    [InlineData("\"description\"", "\"type\": [ \"string\", \"null\" ], \"enum\": [ \"Local\", \"None\", null ], \"description\"", true)]
    [InlineData("\"Local\", \"None\"", "\"Local\"", false)]
    [InlineData("\"where\"", "\"here\"", false)]
    [InlineData("{ \"definitions\"", "", false)]
    public void Two_engines_describe_the_same_build_in_their_own_way(string part, string other, bool same) =>
        Assert.Equal(same, BuildSchema.AreSame(Offline, Offline.Replace(part, other, StringComparison.Ordinal) + "\n"));
}
