using System.Reflection;
using Nuke.Common;
using Nuke.Common.IO;
using Nuke.Common.ValueInjection;

namespace Nuke.Offline.Tests;

/// <summary>Parameters come from the command line, then the environment, then the files.</summary>
public sealed class ParameterTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("DeployToken")]
    [InlineData("NUKE_DeployToken")]
    [InlineData("DEPLOY_TOKEN")]
    [InlineData("NUKE_DEPLOY_TOKEN")]
    public void A_variable_can_be_spelled_in_several_ways(string variable) => Assert.Equal("x", FromEnvironment("DeployToken", (variable, "x")));

    [Fact]
    public void A_variable_with_the_very_name_goes_first() => Assert.Equal("x", FromEnvironment("Token", ("TOKEN", "y"), ("Token", "x")));

    [Fact]
    public void A_component_s_prefix_goes_before_a_name_of_its_own_too() =>
        Assert.Equal(
            ["StepColour", "StepPaint"],
            typeof(IHaveSteps).GetProperties().Select(x => ParameterService.NameOf(x, x.GetCustomAttribute<ParameterAttribute>())).Order());

    [Fact]
    public void A_variable_that_is_set_twice_is_not_guessed_at() =>
        Assert.Null(FromEnvironment("DeployToken", ("DEPLOY_TOKEN", "x"), ("NUKE_DEPLOY_TOKEN", "y")));

    [Fact]
    public void The_engines_own_parameters_need_the_prefix()
    {
        var parameters = new EnvironmentParameters(new Dictionary<string, string> { ["HOST"] = "machine", ["NUKE_VERBOSITY"] = "Quiet" });

        Assert.Null(parameters.Get("Host", typeof(string), null, withPrefixOnly: true));
        Assert.Equal("Quiet", parameters.Get("Verbosity", typeof(string), null, withPrefixOnly: true));
    }

    [Fact]
    public void A_variable_that_does_not_convert_is_an_error_that_names_it() =>
        Assert.StartsWith(
            "Resolving environment variable 'LIMIT' failed.",
            Assert.Throws<Exception>(() => FromEnvironment<int?>("Limit", ("LIMIT", "x"))).Message);

    [Fact]
    public void A_number_may_be_hexadecimal() => Assert.Equal(16, FromEnvironment<int?>("Limit", ("LIMIT", "0x10")));

    [Fact]
    public void The_command_line_goes_before_the_environment_and_that_before_the_files()
    {
        Write("parameters.json", """{ "A": "file", "B": "file", "C": "file" }""");
        var files = Files();
        var parameters = new ParameterService(
            new CommandLine(["--a", "line"]),
            new EnvironmentParameters(new Dictionary<string, string> { ["A"] = "environment", ["B"] = "environment" }),
            () => files);

        Assert.Equal(["line", "environment", "file"], new[] { "A", "B", "C" }.Select(x => parameters.GetValue(x, typeof(string))));
    }

    [Fact]
    public void A_path_starts_from_the_root_in_a_file_and_from_the_working_directory_on_the_command_line()
    {
        Write("parameters.json", """{ "Output": "a/b.txt" }""");
        var files = Files();

        Assert.Equal(((AbsolutePath)_directory.Path).Parent / "a/b.txt", files.Get("Output", typeof(AbsolutePath), null));
        Assert.Equal(EnvironmentInfo.WorkingDirectory / "a/b.txt", new CommandLine(["--output", "a/b.txt"]).Get("Output", typeof(AbsolutePath), null));
    }

    [Fact]
    public void A_file_has_strings_numbers_booleans_and_arrays()
    {
        Write("parameters.json", """
            {
              // as editors write it
              "Text": "a", "Number": 7, "Switch": true, "Texts": [ "a", "b" ], "Joined": "a+b",
            }
            """);
        var files = Files();

        Assert.Equal("a", files.Get("Text", typeof(string), null));
        Assert.Equal(7, files.Get("Number", typeof(int?), null));
        Assert.Equal(true, files.Get("Switch", typeof(bool?), null));
        Assert.Equal(new[] { "a", "b" }, files.Get("Texts", typeof(string[]), null));
        Assert.Equal(new[] { "a", "b" }, files.Get("Joined", typeof(string[]), '+'));
        Assert.Null(files.Get("Other", typeof(string), null));
    }

    [Fact]
    public void A_later_profile_goes_before_an_earlier_one_and_before_the_defaults()
    {
        Write("parameters.json", """{ "A": "default", "B": "default", "C": "default" }""");
        Write("parameters.one.json", """{ "B": "one", "C": "one" }""");
        Write("parameters.two.json", """{ "C": "two" }""");
        var files = Files("one", "two");

        Assert.Equal(["default", "one", "two"], new[] { "A", "B", "C" }.Select(x => files.Get(x, typeof(string), null)));
    }

    [Fact]
    public void A_missing_profile_names_the_closest_one()
    {
        Write("parameters.production.json", "{}");

        Assert.EndsWith(
            "Did you mean 'production'? Available profiles are: production",
            Assert.Throws<Exception>(() => Files("prodution")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_json_is_an_error_that_names_it()
    {
        Write("parameters.json", "{ oops");

        Assert.Contains("parameters.json is not valid", Assert.Throws<Exception>(() => Files()).Message);
    }

    [Fact]
    public void A_value_in_a_file_that_does_not_convert_is_an_error_that_names_the_file()
    {
        Write("parameters.json", """{ "Limit": "x" }""");

        Assert.StartsWith(
            "Resolving parameter 'Limit' from 'parameters.json' failed.",
            Assert.Throws<Exception>(() => Files().Get("Limit", typeof(int?), null)).Message,
            StringComparison.Ordinal);
    }

    private static string? FromEnvironment(string name, params (string Name, string Value)[] variables) => FromEnvironment<string?>(name, variables);

    private static T? FromEnvironment<T>(string name, params (string Name, string Value)[] variables) =>
        (T?)new EnvironmentParameters(variables.ToDictionary(x => x.Name, x => x.Value)).Get(name, typeof(T), null, withPrefixOnly: false);

    [ParameterPrefix("Step")]
    private interface IHaveSteps
    {
        [Parameter(Name = "Colour")] string Tint { get; }

        [Parameter] string Paint { get; }
    }

    private void Write(string file, string content) => File.WriteAllText(Path.Combine(_directory.Path, file), content);

    private ParameterFiles Files(params string[] profiles) => new((AbsolutePath)_directory.Path, profiles);
}
