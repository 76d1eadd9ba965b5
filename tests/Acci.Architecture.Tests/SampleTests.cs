using System.Xml.Linq;
using Acci.Testing;

namespace Acci.Architecture.Tests;

/// <summary>The product's tests have samples of their own, so that the app, its settings and its environments can be others.</summary>
public class SampleTests
{
    // What this repository is an instance of the product with, and the tests that are about that.
    private static readonly string[] Instance = ["build/", "deploy/", "src/Acci/", "src/Acci.AppSettings/", "tests/Acci.Tests/", "tests/Acci.Instance.Tests/"];

    private static readonly string[] AboutTheInstance = ["tests/Acci.Tests/", "tests/Acci.Instance.Tests/", "tests/Acci.EndToEnd.Tests/"];

    public static TheoryData<string> Projects =>
    [
        .. Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "tests"), "*.csproj", SearchOption.AllDirectories)
            .Select(x => Path.GetRelativePath(SourceTree.Root, x).Replace('\\', '/'))
            .Where(x => !AboutTheInstance.Any(folder => x.StartsWith(folder, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_test_project_of_the_product_takes_nothing_of_this_repository_s_app_or_build(string project)
    {
        var file = Path.Combine(SourceTree.Root, project);

        Assert.Empty(InstanceFilesIn(XDocument.Load(file), Path.GetDirectoryName(file)!));
    }

    [Fact]
    public void Projects_and_single_files_are_found()
    {
        var project = XDocument.Parse("""
            <Project>
              <ItemGroup>
                <ProjectReference Include="../../src/Acci/Acci.csproj" />
                <ProjectReference Include="..\..\src\Acci.AppSettings\Acci.AppSettings.csproj" />
                <ProjectReference Include="../../src/Acci.Oci/Acci.Oci.csproj" />
                <ProjectReference Include="sample/build/_build.csproj" />
                <Compile Include="../../build/AppEnvironments.cs" />
                <None Include="../../deploy/environments/settings.json" />
              </ItemGroup>
            </Project>
            """);

        Assert.Equal(
            ["src/Acci/Acci.csproj", "src/Acci.AppSettings/Acci.AppSettings.csproj", "build/AppEnvironments.cs", "deploy/environments/settings.json"],
            InstanceFilesIn(project, Path.Combine(SourceTree.Root, "tests", "Any.Tests")));
    }

    private static IEnumerable<string> InstanceFilesIn(XDocument project, string folder) =>
        from item in project.Descendants()
        let include = item.Attribute("Include")?.Value.Replace('\\', '/')
        where include is not null && item.Name.LocalName is not ("PackageReference" or "FrameworkReference")
        let path = Path.GetRelativePath(SourceTree.Root, Path.GetFullPath(Path.Combine(folder, include))).Replace('\\', '/')
        where Instance.Any(x => path.StartsWith(x, StringComparison.Ordinal))
        select path;
}
