using System.Text;
using System.Text.RegularExpressions;
using Acci.Testing;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Acci.Architecture.Tests;

/// <summary>The product knows no app: no name, setting, port or path of the one in this repository.</summary>
public partial class InstanceNameTests
{
    [Fact]
    public void No_text_in_the_product_names_this_repository_s_app_but_the_product_s_own_names_and_its_defaults()
    {
        var texts = Product.Arrows.Keys.SelectMany(library =>
        {
            using var module = Product.Read(library);
            return TextsOf(module).Concat(FilesOf(module)).Where(x => NameOf(AppName).IsMatch(x)).Distinct().Select(x => $"{library}: {x.ReplaceLineEndings("\\n")}").ToArray();
        });

        Baseline.Check("instance-names.txt", string.Join('\n', texts.Order(StringComparer.Ordinal)), "texts with a name of this repository's app are others than before. A line may only go: docs/decisions/names-of-the-product.md says why each is there.");
    }

    [Theory]
    [InlineData("acci", true)]
    [InlineData("acci-dev", true)]
    [InlineData("APP__SERVER__PORT", true)]
    [InlineData("deploy/compose", true)]
    [InlineData("run ./build.sh Publish", true)]
    [InlineData("build/completions/build.bash", true)]
    [InlineData("src/*/bin", true)]
    [InlineData("into artifacts/checks", true)]
    [InlineData("https://docs.docker.com/build/checks/", false)]
    [InlineData("/usr/src/app", false)]
    [InlineData("vaccination", false)]
    [InlineData("Acci.Oci", false)]
    [InlineData("org.acci.stand-ins", false)]
    [InlineData("application/vnd.acci.tag-history.v1", false)]
    [InlineData("example.acci.org", true)]
    public void What_counts_as_such_a_name(string text, bool counts) => Assert.Equal(counts, NameOf("acci").IsMatch(text));

    [Theory]
    [InlineData("bakery-dev", true)]
    [InlineData("acci-dev", true)]
    [InlineData("vnd.acci.x", false)]
    [InlineData("confectionery", false)]
    public void The_app_s_name_is_looked_for_whatever_it_is(string text, bool counts) => Assert.Equal(counts, NameOf("bakery").IsMatch(text));

    // Scripts, styles and schemas that the library carries, line by line.
    private static IEnumerable<string> FilesOf(ModuleDefinition module) =>
        from file in module.Resources.OfType<EmbeddedResource>()
        from line in Encoding.UTF8.GetString(file.GetResourceData()).Split('\n')
        select $"{file.Name.Replace('\\', '/')}: {line.Trim()}";

    private static IEnumerable<string> TextsOf(ModuleDefinition module) =>
        module.GetTypes().SelectMany(type => type.Methods.Where(x => x.HasBody).SelectMany(x => x.Body.Instructions).Where(x => x.OpCode == OpCodes.Ldstr).Select(x => (string)x.Operand)
            .Concat(type.Fields.Select(x => x.Constant).OfType<string>())
            .Concat(from member in (IEnumerable<ICustomAttributeProvider>)[.. type.Properties, .. type.Methods, type]
                from attribute in member.CustomAttributes
                from argument in attribute.ConstructorArguments
                select argument.Value as string into text
                where text is not null
                select text));

    // The app's name in its own spelling, its settings' prefix, and this repository's own places. What begins with the product's own domain is no app's.
    private static Regex NameOf(string app) => new($@"(?<!\b(?:org|vnd)\.)\b(?:acci|{Regex.Escape(app)})\b|APP__|\bdeploy/|\./build\.sh|(?<![/.\w$}}])(?:build|src|tests|artifacts)/");

    // As the app itself has it.
    private static string AppName { get; } =
        Declared().Match(File.ReadAllText(Path.Combine(SourceTree.Root, "src", "Acci.AppSettings", "AppSettings.cs"))).Groups[1] is { Success: true } name
            ? name.Value
            : throw new InvalidOperationException("AppSettings.cs declares no AppName.");

    [GeneratedRegex("string AppName = \"([^\"]+)\"")]
    private static partial Regex Declared();
}
