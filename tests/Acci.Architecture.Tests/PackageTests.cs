using System.Reflection;
using Acci.Testing;
using PublicApiGenerator;

namespace Acci.Architecture.Tests;

/// <summary>What others get as packages.</summary>
public class PackageTests
{
    public static TheoryData<string> Libraries => Product.Libraries;

    [Theory]
    [MemberData(nameof(Libraries))]
    public void What_others_can_use_changes_only_where_its_list_does(string library) => CheckSurface(Assembly.LoadFrom(Product.FileOf(library)));

    [Fact]
    public void So_does_the_engine_that_is_packed_where_no_source_carries_NUKE()
    {
        var engine = typeof(Nuke.Common.NukeBuild).Assembly;
        Assert.SkipWhen(engine.GetName().Name != "Nuke.Offline", "The engine is NUKE's own packages.");

        CheckSurface(engine);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Every_library_is_a_package_and_so_is_all_of_ours_that_it_uses(string library)
    {
        var project = Product.Project(library);

        Assert.Equal("true", project.Descendants("IsPackable").Single().Value);
        Assert.NotEmpty(project.Descendants("Description").Single().Value);
        foreach (var reference in project.Descendants("ProjectReference").Select(x => Path.GetFileNameWithoutExtension(x.Attribute("Include")!.Value)))
            Assert.Equal("true", Product.Project(reference).Descendants("IsPackable").Single().Value);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Every_package_says_what_it_is(string library) =>
        Assert.StartsWith($"# {library}\n", File.ReadAllText(Path.Combine(SourceTree.Root, "src", library, "README.md")), StringComparison.Ordinal);

    [Fact]
    public void The_package_of_another_engine_says_that_it_is_not_NUKE()
    {
        Assert.StartsWith("Not NUKE", Product.Project("Nuke.Offline").Descendants("Description").Single().Value, StringComparison.Ordinal);
        Assert.Contains("**This is not NUKE.**", File.ReadAllText(Path.Combine(SourceTree.Root, "src", "Nuke.Offline", "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_carried_along_of_others_is_named_with_its_version_and_licence()
    {
        var notices = File.ReadAllText(Path.Combine(SourceTree.Root, "src", "Acci.Delivery", "THIRD-PARTY-NOTICES.md"));
        var versions = File.ReadAllText(Path.Combine(SourceTree.Root, "Directory.Packages.props"));
        var carried = Product.Project("Acci.Delivery").Descendants("None").Where(x => x.Attribute("Pack")?.Value == "true").ToArray();

        Assert.Equal(2, carried.Length);
        Assert.All(["MinVer.Lib.dll, from MinVer 8.0.0", "Sarif.dll, from Sarif.Sdk 5.8.0"], x => Assert.Contains(x, notices, StringComparison.Ordinal));
        Assert.Contains("Include=\"MinVer\" Version=\"8.0.0\"", versions, StringComparison.Ordinal);
        Assert.Contains("<SarifSdkVersion>5.8.0</SarifSdkVersion>", versions, StringComparison.Ordinal);
    }

    private static void CheckSurface(Assembly library) => Baseline.Check(
        $"api/{library.GetName().Name}.txt",
        library.GeneratePublicApi(new ApiGeneratorOptions
        {
            IncludeAssemblyAttributes = false,
            // Its value is a name of the compiler's, which changes with whatever is added to the class.
            ExcludeAttributes = ["System.Runtime.CompilerServices.AsyncIteratorStateMachineAttribute"],
        }),
        "the public surface is another one than before.");
}
