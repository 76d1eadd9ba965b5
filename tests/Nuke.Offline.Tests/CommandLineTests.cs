using Nuke.Common;
using Nuke.Common.CI;
using Nuke.Common.IO;
using Nuke.Common.ValueInjection;

namespace Nuke.Offline.Tests;

/// <summary>Arguments become values.</summary>
public class CommandLineTests
{
    [Theory]
    [InlineData("--deploy-token")]
    [InlineData("--deployToken")]
    [InlineData("--DeployToken")]
    [InlineData("-deploytoken")]
    public void A_name_can_be_spelled_in_any_way(string argument) => Assert.Equal("x", Get<string>("DeployToken", argument, "x"));

    [Fact]
    public void A_name_is_not_found_by_its_beginning() => Assert.Null(Get<string>("Deploy", "--deploy-token", "x"));

    [Fact]
    public void Values_before_the_first_name_are_positional()
    {
        var line = new CommandLine(["Compile", "Test", "--verbosity", "Quiet", "more"]);

        Assert.Equal(["Compile", "Test"], (string[])line.GetPositionals(typeof(string[]), null));
        Assert.Equal("Test", line.GetPositional(1, typeof(string), null));
        Assert.Null(line.GetPositional(2, typeof(string), null));
    }

    [Fact]
    public void A_name_without_a_value_is_true() => Assert.True(Get<bool?>("Careful", "--careful", "--other", "x"));

    [Fact]
    public void A_switch_can_be_turned_off() => Assert.False(Get<bool?>("Careful", "--careful", "false"));

    [Fact]
    public void A_name_without_a_value_is_an_empty_array() => Assert.Empty(Get<string[]>("Skip", "Foo", "--skip"));

    [Fact]
    public void Items_of_an_array_follow_each_other() => Assert.Equal([1, 2, -3], Get<int[]>("Numbers", "--numbers", "1", "2", "-3"));

    [Fact]
    public void Items_of_an_array_can_be_separated() =>
        Assert.Equal(["a", "b"], (string[])new CommandLine(["--target", "a+b"]).Get("Target", typeof(string[]), '+'));

    [Fact]
    public void A_list_is_read_like_an_array() => Assert.Equal(["a", "b"], Get<IReadOnlyList<string>>("Names", "--names", "a", "b"));

    [Fact]
    public void The_last_of_several_counts() => Assert.Equal("b", Get<string>("Name", "--name", "a", "--name", "b"));

    [Fact]
    public void Enums_are_read_in_any_casing() => Assert.Equal(Verbosity.Quiet, Get<Verbosity?>("Verbosity", "--verbosity", "quiet"));

    [Fact]
    public void Enumerations_are_read_in_any_casing() =>
        Assert.Same(Components.Configuration.Release, Get<Components.Configuration>("Configuration", "--configuration", "release"));

    [Fact]
    public void A_path_starts_from_the_working_directory() =>
        Assert.Equal(EnvironmentInfo.WorkingDirectory / "out" / "x", Get<AbsolutePath>("Output", "--output", "out/x"));

    [Fact]
    public void What_has_a_type_converter_is_read_with_it()
    {
        Assert.Equal("2/3", Get<Partition>("Partition", "--partition", "2/3").ToString());
        Assert.Equal(new Version(1, 2), Get<Version>("Version", "--version", "1.2"));
        Assert.Equal(TimeSpan.FromMinutes(5), Get<TimeSpan?>("Timeout", "--timeout", "00:05:00"));
    }

    [Theory]
    [InlineData(typeof(int?), "Value 'x' could not be converted to 'int?'")]
    [InlineData(typeof(Verbosity?), "Value 'x' could not be converted to 'Verbosity?'")]
    [InlineData(typeof(bool?), "Value 'x' could not be converted to 'bool?'")]
    [InlineData(typeof(int[]), "Value 'x' could not be converted to 'int'")]
    public void A_value_that_does_not_convert_is_an_error_that_shows_the_arguments(Type type, string message)
    {
        var error = Assert.Throws<Exception>(() => new CommandLine(["Foo", "--name", "x"]).Get("Name", type, null));

        Assert.Equal(
            ["Resolving argument 'Name' failed.", message, "Arguments were:", "  [0] = Foo", "  [1] = --name", "  [2] = x"],
            error.Message.ReplaceLineEndings("\n").Split('\n'));
    }

    [Theory]
    [InlineData("A value of type 'string' is expected")]
    [InlineData("Values 'a, b' could not be converted to 'string'", "a", "b")]
    public void A_single_value_is_neither_none_nor_several(string message, params string[] values) =>
        Assert.Contains(message, Assert.Throws<Exception>(() => Get<string>("Name", ["--name", .. values])).Message);

    private static T Get<T>(string name, params string[] arguments) => (T)new CommandLine(arguments).Get(name, typeof(T), null);
}
