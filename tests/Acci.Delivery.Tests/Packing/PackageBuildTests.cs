using System.IO.Compression;
using System.Security.Cryptography;
using System.Xml.Linq;
using Acci.Delivery.Packing;
using Acci.Testing;

namespace Acci.Delivery.Tests.Packing;

public sealed class PackageBuildTests : IDisposable
{
    private readonly TemporaryRepository _repository = new();
    private readonly TemporaryFolder _output = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _repository.Dispose();
        _output.Dispose();
    }

    [Fact]
    public async Task Packages_have_git_s_version_and_addresses_depend_on_each_other_and_are_the_same_again()
    {
        Write("Lower", "");
        Write("Upper", """<ItemGroup><ProjectReference Include="../Lower/Lower.csproj" /></ItemGroup>""");
        await _repository.Run("git init --quiet", "git add .", "git commit --quiet --message first", "git tag v1.2.3", "git remote add origin git@example.com:octo/shop.git");

        var first = await PackAsync("Lower/Lower.csproj", "Upper/Upper.csproj");
        var hashes = first.Select(Hash).ToArray();

        Assert.Equal(["Lower.1.2.3.nupkg", "Upper.1.2.3.nupkg"], first.Select(Path.GetFileName));
        var metadata = Metadata(first[1]);
        XNamespace space = metadata.Name.Namespace;
        Assert.Equal(["Lower 1.2.3"], metadata.Descendants(space + "dependency").Select(x => $"{x.Attribute("id")!.Value} {x.Attribute("version")!.Value}"));
        Assert.Equal("https://example.com/octo/shop", metadata.Element(space + "projectUrl")!.Value);
        Assert.Equal("https://example.com/octo/shop", metadata.Element(space + "repository")!.Attribute("url")!.Value);
        Assert.Equal(hashes, (await PackAsync("Lower/Lower.csproj", "Upper/Upper.csproj")).Select(Hash));
    }

    [Fact]
    public async Task Packages_take_the_place_of_earlier_ones_of_the_same_projects_and_of_nothing_else()
    {
        Write("Lower", "");
        await _repository.Run("git init --quiet", "git add .", "git commit --quiet --message first", "git tag v1.2.3+4");
        string[] others = ["Lower.3D.1.0.0.nupkg", "Low.9.0.0.nupkg", "notes.txt", "broken.1.0.0.nupkg"];
        string[] earlier = ["Lower.1.0.0.nupkg", "Lower.1.0.0-alpha.0.1.snupkg"];
        foreach (var name in others.Concat(earlier)) WritePackage(name, name.StartsWith("Lower.3D", StringComparison.Ordinal) ? "Lower.3D" : name.Split('.')[0]);
        await File.WriteAllTextAsync(_output.Combine("broken.1.0.0.nupkg"), "x", Cancellation);
        Directory.CreateDirectory(_output.Combine(".packing", "left"));

        var made = await PackAsync("Lower/Lower.csproj");

        // NuGet leaves build metadata out of the name.
        Assert.Equal([_output.Combine("Lower.1.2.3.nupkg")], made);
        string[] packages = ["Lower.1.2.3.nupkg", "Lower.1.2.3.snupkg"];
        Assert.Equal(others.Concat(packages.Where(x => File.Exists(_output.Combine(x)))).Order(StringComparer.Ordinal), Directory.EnumerateFileSystemEntries(_output.Path).Select(x => Path.GetFileName(x)).Order(StringComparer.Ordinal));
    }

    private void WritePackage(string name, string id)
    {
        using var package = ZipFile.Open(_output.Combine(name), ZipArchiveMode.Create);
        package.CreateEntry($"{id}.nuspec");
    }

    [Fact]
    public async Task What_does_not_compile_is_told_with_the_compiler_s_own_error()
    {
        Write("Broken", "");
        _repository.Write("Broken/Code.cs", "this is not C#");
        await _repository.Run("git init --quiet", "git add .", "git commit --quiet --message first");

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => PackAsync("Broken/Broken.csproj"));

        Assert.Contains("error CS", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_output.Path));
    }

    private Task<IReadOnlyList<string>> PackAsync(params string[] projects) =>
        new PackageBuild(_repository.Directory, _output.Path) { Projects = projects }.RunAsync(Cancellation);

    private void Write(string name, string more)
    {
        Directory.CreateDirectory(Path.Combine(_repository.Directory, name));
        _repository.Write(".gitignore", "bin/\nobj/\n");
        _repository.Write($"{name}/{name}.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              {more}
            </Project>
            """);
        _repository.Write($"{name}/Code.cs", $"public class {name};");
    }

    private static string Hash(string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));

    private static XElement Metadata(string package)
    {
        using var archive = ZipFile.OpenRead(package);
        using var nuspec = archive.Entries.Single(x => x.Name.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(nuspec).Root!.Elements().Single();
    }
}
