using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Acci.Generation.RunConfigurations;

namespace Acci.Generation.Tests.RunConfigurations;

public class BuildCommandsTests
{
    [Fact]
    public void Rider_has_a_configuration_for_every_target_and_program()
    {
        var files = RiderConfigurations.Of(SampleCommands.All, [SampleCommands.App]).ToList();

        Assert.Equal([".run/Compile.run.xml", ".run/Publish.run.xml", ".run/PublishAll.run.xml", ".run/Test.run.xml", ".run/App.run.xml"], files.Select(x => x.Path));
        var publish = XDocument.Parse(files[1].Content).Root!.Element("configuration")!;
        Assert.Equal(("Publish", "DotNetProject", ".NET Project"), ((string?)publish.Attribute("name"), (string?)publish.Attribute("type"), (string?)publish.Attribute("factoryName")));
        Assert.Equal("Publish", Option(publish, "PROGRAM_PARAMETERS"));
        Assert.Equal("$PROJECT_DIR$/build/_build.csproj", Option(publish, "PROJECT_PATH"));
        var app = XDocument.Parse(files[^1].Content).Root!.Element("configuration")!;
        Assert.Equal("<dev>", (string?)app.Element("envs")!.Element("env")!.Attribute("value"));
        Assert.Equal("$PROJECT_DIR$/src/App", Option(app, "WORKING_DIRECTORY"));
    }

    [Fact]
    public void Visual_Studio_Code_compiles_what_it_debugs_and_lets_the_target_be_chosen()
    {
        var tasks = JsonElement.Parse(VisualStudioCode.Tasks(SampleCommands.All, [SampleCommands.App]).Content);
        var launch = JsonElement.Parse(VisualStudioCode.Launch(SampleCommands.All, [SampleCommands.App]).Content);

        Assert.Equal("2.0.0", tasks.GetProperty("version").GetString());
        var labels = tasks.GetProperty("tasks").EnumerateArray().Select(x => x.GetProperty("label").GetString()).ToList();
        Assert.Equal(["Compile", "Publish", "PublishAll", "Test", "compile Build", "compile App"], labels);
        Assert.Equal(["build", "test"], tasks.GetProperty("tasks").EnumerateArray().Where(x => x.TryGetProperty("group", out _)).Select(x => x.GetProperty("group").GetProperty("kind").GetString()));

        var configurations = launch.GetProperty("configurations").EnumerateArray().ToList();
        Assert.All(configurations, x => Assert.Equal(("coreclr", "launch"), (x.GetProperty("type").GetString(), x.GetProperty("request").GetString())));
        Assert.All(configurations, x => Assert.Contains(x.GetProperty("preLaunchTask").GetString(), labels));
        Assert.Equal("${input:target}", configurations[0].GetProperty("args")[0].GetString());
        var input = launch.GetProperty("inputs")[0];
        Assert.Equal(("target", "pickString", "Publish"), (input.GetProperty("id").GetString(), input.GetProperty("type").GetString(), input.GetProperty("default").GetString()));
    }

    [Fact]
    public void All_files_go_by_the_name_that_the_build_s_script_has()
    {
        var files = RunConfigurationFiles.Of(SampleCommands.All with { BuildCommand = "./make.sh" }, []).ToDictionary(x => x.Path, x => x.Content);

        var task = JsonElement.Parse(files[".vscode/tasks.json"]).GetProperty("tasks")[0];
        Assert.Equal("${workspaceFolder}/make.sh", task.GetProperty("command").GetString());
        Assert.Equal("${workspaceFolder}/make.cmd", task.GetProperty("windows").GetProperty("command").GetString());
        Assert.Contains(" make.sh nuke", files["build/completions/build.bash"], StringComparison.Ordinal);
        Assert.Contains("make.ps1, make.cmd, make.sh, nuke", files["build/completions/build.completion.ps1"], StringComparison.Ordinal);
        Assert.All(files.Values, content => Assert.DoesNotContain("build.sh", content, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nuke", "nuke", "Compile", null, "nuke", "nuke")]
    [InlineData("eng/build.sh", "${workspaceFolder}/eng/build.sh", "Compile", "${workspaceFolder}/eng/build.cmd", "build.sh nuke", "build.ps1, build.cmd, build.sh, nuke")]
    [InlineData("./eng/make", "${workspaceFolder}/eng/make", "Compile", "${workspaceFolder}/eng/make.cmd", "make nuke", "make.ps1, make.cmd, make, nuke")]
    [InlineData("dotnet run --project build --", "dotnet", "run --project build -- Compile", null, "nuke", "nuke")]
    [InlineData("just", "just", "Compile", null, "just nuke", "just, nuke")]
    public void A_build_may_be_run_by_any_command(string command, string program, string arguments, string? windows, string completed, string inPowerShell)
    {
        var files = RunConfigurationFiles.Of(SampleCommands.All with { BuildCommand = command }, []).ToDictionary(x => x.Path, x => x.Content);

        var task = JsonElement.Parse(files[".vscode/tasks.json"]).GetProperty("tasks")[0];
        Assert.Equal(program, task.GetProperty("command").GetString());
        Assert.Equal(arguments, string.Join(' ', task.GetProperty("args").EnumerateArray().Select(x => x.GetString())));
        Assert.Equal(windows, task.TryGetProperty("windows", out var other) ? other.GetProperty("command").GetString() : null);
        Assert.EndsWith($"complete -o default -F _acci_build {completed}\n", files["build/completions/build.bash"], StringComparison.Ordinal);
        Assert.Contains($"-CommandName {inPowerShell} -ScriptBlock", files["build/completions/build.completion.ps1"], StringComparison.Ordinal);
        Assert.StartsWith($"#compdef {completed}\n", files["build/completions/_build"], StringComparison.Ordinal);
        Assert.Equal(completed.Split(' '), Regex.Matches(files["build/completions/build.fish"], "^complete --command ([^ ]+) --no-files$", RegexOptions.Multiline).Select(x => x.Groups[1].Value));
    }

    [Fact]
    public void Rider_is_told_the_framework_of_a_program()
    {
        var file = RiderConfigurations.Of(SampleCommands.All, [SampleCommands.App with { TargetFramework = "net11.0" }]).Last();

        Assert.Equal("net11.0", Option(XDocument.Parse(file.Content).Root!.Element("configuration")!, "PROJECT_TFM"));
    }

    [Fact]
    public void Visual_Studio_starts_the_default_target_unless_another_is_chosen()
    {
        var profiles = JsonElement.Parse(VisualStudioProfiles.Of(SampleCommands.All).Content).GetProperty("profiles").EnumerateObject().ToList();

        Assert.Equal(["Publish", "Compile", "PublishAll", "Test"], profiles.Select(x => x.Name));
        Assert.All(profiles, x => Assert.Equal(("Project", x.Name), (x.Value.GetProperty("commandName").GetString(), x.Value.GetProperty("commandLineArgs").GetString())));
    }

    [Fact]
    public void Visual_Studio_starts_a_program_with_its_variables()
    {
        var file = VisualStudioProfiles.Of(SampleCommands.App);

        Assert.Equal("src/App/Properties/launchSettings.json", file.Path);
        Assert.Equal("Properties/launchSettings.json", VisualStudioProfiles.Of(SampleCommands.App with { Project = "App.csproj" }).Path);
        var profile = JsonElement.Parse(file.Content).GetProperty("profiles").GetProperty("App");
        Assert.Equal(("Project", "<dev>"), (profile.GetProperty("commandName").GetString(), profile.GetProperty("environmentVariables").GetProperty("MODE").GetString()));
    }

    [Fact]
    public void Rider_s_configurations_of_targets_are_told_from_those_of_programs_and_of_anybody_s_own()
    {
        var files = RiderConfigurations.Of(SampleCommands.All, [SampleCommands.App]).ToList();

        Assert.Equal([true, true, true, true, false], files.Select(file => RiderConfigurations.IsOfTarget(file.Content, SampleCommands.All.Build.Project)));
        Assert.False(RiderConfigurations.IsOfTarget(files[0].Content.Replace("build/_build.csproj", "own/own.csproj", StringComparison.Ordinal), SampleCommands.All.Build.Project));
    }

    [Fact]
    public void A_build_in_another_folder_is_started_from_there_and_completed_by_files_there()
    {
        var elsewhere = SampleCommands.All with { Build = new("Build", "eng/own.csproj", "eng/bin/Debug/own.dll"), Completions = "eng/completions" };

        var files = RunConfigurationFiles.Of(elsewhere, []);

        Assert.All(files, file => Assert.DoesNotContain("build/", file.Path + file.Content.Replace("./build.", "", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Contains(files, x => x.Path == "eng/completions/build.bash");
        Assert.Contains(files, x => x.Path == "eng/Properties/launchSettings.json");
    }

    [Fact]
    public void The_same_build_always_gives_the_same_files()
    {
        var first = RunConfigurationFiles.Of(SampleCommands.All, [SampleCommands.App]);

        Assert.Equal(first, RunConfigurationFiles.Of(SampleCommands.All, [SampleCommands.App]));
        Assert.All(first, file => Assert.DoesNotContain('\r', file.Content));
    }

    private static string? Option(XElement configuration, string name) => (string?)configuration.Elements("option").Single(x => (string?)x.Attribute("name") == name).Attribute("value");
}
