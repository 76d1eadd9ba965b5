using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Bootstrap;

/// <summary>What the repository's settings for projects and packages do on machines that are not like this one.</summary>
public sealed class ProjectSettingsTests : IDisposable
{
    private const string Components = "src/Acci.Components/Acci.Components.csproj";

    private readonly BorrowedSettings _settings = new();

    public void Dispose() => _settings.Dispose();

    [Theory]
    [InlineData("/some where/packages")]
    [InlineData("/some where/packages/")]
    public async Task A_packages_folder_need_not_end_with_a_slash(string folder)
    {
        _settings.Write("repository/a.csproj", """<Project Sdk="Microsoft.NET.Sdk" />""");

        var result = await _settings.DotnetAsync("msbuild", "a.csproj", $"-p:NuGetPackageRoot={folder}", "-getProperty:SarifSdkFile");

        Assert.Matches("^/some where/packages/sarif.sdk/[0-9.]+/lib/netstandard2.0/Sarif.dll$", result.StandardOutput.Trim());
    }

    [Fact]
    public async Task No_project_puts_a_path_into_the_packages_folder_together_by_itself()
    {
        var files = await CommandRunner.RunAsync(new Command("git", "grep", "-l", "NuGetPackageRoot", "--", "*.csproj", "*.props", "*.targets") { WorkingDirectory = SourceTree.Root }, cancellationToken: Cancellation);

        Assert.Equal("Directory.Packages.props", files.StandardOutput.Trim());
    }

    [Fact]
    public async Task Another_version_than_the_one_asked_for_or_one_for_another_framework_is_no_reason_not_to_build()
    {
        _settings.Publish("Nuke.Common", "10.1.0", ("Some.Package", "1.0.0"));
        _settings.Publish("Some.Package", "1.0.1");
        _settings.AddLibrary("Some.Package", "1.0.1", "net472");
        _settings.Write("repository/build/_build.csproj", """<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="Nuke.Common" /></ItemGroup></Project>""");

        var result = await _settings.DotnetAsync("restore", "build/_build.csproj", "-p:NukeEngine=Package");

        Assert.Contains("warning NU1603: ", result.StandardOutput, StringComparison.Ordinal);
        Assert.Contains("warning NU1701: ", result.StandardOutput, StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Where_nothing_chose_an_engine_and_NUKE_is_not_carried_the_error_comes_with_what_to_do()
    {
        _settings.Write($"repository/{Components}", """<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="Nuke.Common" /></ItemGroup></Project>""");
        var first = await _settings.DotnetAsync("build", Components);
        var second = await _settings.DotnetAsync("build", Components, "--no-restore");
        _settings.Publish("Nuke.Common", "10.1.0");
        var carried = await _settings.DotnetAsync("build", Components, "-nodeReuse:false");
        var afterwards = await _settings.DotnetAsync("build", Components, "-nodeReuse:false");

        foreach (var result in new[] { first, second })
        {
            Assert.Contains("NU1101", result.StandardOutput, StringComparison.Ordinal);
            Assert.Contains("warning ACCI001: No engine is chosen yet", result.StandardOutput, StringComparison.Ordinal);
            Assert.Contains("run ./build.sh or build.cmd once", result.StandardOutput, StringComparison.Ordinal);
            Assert.Equal(1, result.ExitCode);
        }

        Assert.Equal(0, carried.ExitCode);
        Assert.Equal((0, false), (afterwards.ExitCode, afterwards.StandardOutput.Contains("ACCI001", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_engine_that_is_none_is_told()
    {
        _settings.Write($"repository/{Components}", """<Project Sdk="Microsoft.NET.Sdk" />""");
        _settings.Write("repository/.nuke/temp/engine", "Packages\n");

        var result = await _settings.DotnetAsync("restore", Components);

        Assert.Contains("error : The engine is 'Packages'; it can be Package or Offline.", result.StandardOutput, StringComparison.Ordinal);
        Assert.Equal(1, result.ExitCode);
    }

    [Fact]
    public async Task Settings_of_somebody_else_s_further_up_are_not_taken()
    {
        const string broken = """<Project><Target Name="Foreign" BeforeTargets="CollectPackageReferences;CoreCompile"><Error Text="FOREIGN" /></Target></Project>""";
        foreach (var file in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" }) _settings.Write(file, broken);
        _settings.Write("global.json", """{ "sdk": { "version": "1.0.0", "rollForward": "disable" } }""");
        _settings.Write(".editorconfig", "[*.cs]\ndotnet_diagnostic.CS0219.severity = error\n");
        _settings.Write(".globalconfig", "is_global = true\ndotnet_diagnostic.CS0168.severity = error\n");
        _settings.Write("repository/a.csproj", """<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TreatWarningsAsErrors>false</TreatWarningsAsErrors><WarningLevel>4</WarningLevel></PropertyGroup></Project>""");
        _settings.Write("repository/A.cs", "static class A { public static void B() { int declared; int assigned = 1; } }\n");

        var result = await _settings.DotnetAsync("build", "a.csproj", "-nodeReuse:false");

        Assert.DoesNotContain("error", result.StandardOutput.Replace("0 Error(s)", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task The_engines_are_built_in_turn_without_a_clean_in_between()
    {
        _settings.Write("repository/build/_build.csproj", await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "build", "_build.csproj"), Cancellation));
        _settings.Write("repository/build/Build.cs", "System.Console.WriteLine(Engine.Name);\n");
        _settings.Write($"repository/{Components}", """<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><ProjectReference Include="../$(NukeEngine)/$(NukeEngine).csproj" /></ItemGroup></Project>""");
        foreach (var engine in new[] { "Package", "Offline" })
        {
            _settings.Write($"repository/src/{engine}/{engine}.csproj", """<Project Sdk="Microsoft.NET.Sdk" />""");
            _settings.Write($"repository/src/{engine}/Engine.cs", $"public static class Engine {{ public static string Name => \"{engine}\"; }}\n");
        }

        foreach (var engine in new[] { "Offline", "Package", "Offline" })
        {
            string[] quick = ["-m:1", "-nodeReuse:false", "-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false", "-p:GenerateDocumentationFile=false"];
            var built = await _settings.DotnetAsync(["build", "build/_build.csproj", $"-p:NukeEngine={engine}", .. quick]);

            Assert.True(built.Succeeded, built.StandardOutput);
            Assert.Equal(engine, (await _settings.DotnetAsync("build/bin/Debug/_build.dll")).StandardOutput.Trim());
            Assert.Equal(engine, (await File.ReadAllTextAsync(Path.Combine(_settings.Root, "build", "bin", "Debug", "engine"), Cancellation)).Trim());
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
}
