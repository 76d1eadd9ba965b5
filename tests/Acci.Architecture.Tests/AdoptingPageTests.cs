using System.Reflection;
using System.Text.RegularExpressions;
using Acci.Components;
using Acci.Testing;
using Nuke.Common;
using Assert = Xunit.Assert;

namespace Acci.Architecture.Tests;

/// <summary>What <c>docs/adopting.md</c> tells its reader to write is what <c>tests/adopter</c> consists of, and works.</summary>
public partial class AdoptingPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "adopting.md")).ReplaceLineEndings("\n");

    [Fact]
    public void Its_files_are_those_of_the_adopter_that_is_built_and_run()
    {
        var shown = FileOnPage().Matches(Page).ToDictionary(x => x.Groups["name"].Value, x => x.Groups["text"].Value);

        Assert.Equal(
            Adopter.Files().Select(Adopter.NameOf).Order(StringComparer.Ordinal),
            shown.Keys.Order(StringComparer.Ordinal));
        foreach (var file in Adopter.Files())
            Assert.Equal(File.ReadAllText(Path.Combine(Adopter.Source, file)).ReplaceLineEndings("\n"), shown[Adopter.NameOf(file)]);
    }

    [Fact]
    public void It_names_every_hook()
    {
        var hooks = from type in typeof(DeliveryBuild).Assembly.GetExportedTypes()
            where type.IsInterface
            from property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
            where property.GetMethod is { IsFinal: false, IsVirtual: true } && property.PropertyType != typeof(Target)
            where !property.IsDefined(typeof(ParameterAttribute))
            select $"`{type.Name}.{property.Name}`";

        Assert.All(hooks, hook => Assert.Contains(hook, Page, StringComparison.Ordinal));
    }

    // A line with nothing but a path in backticks, and the block below it.
    [GeneratedRegex("^`(?<name>[^`\n]+)`\n```[a-z]*\n(?<text>.*?^)```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex FileOnPage();
}
