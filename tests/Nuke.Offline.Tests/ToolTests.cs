using System.Linq.Expressions;
using Nuke.Common.IO;
using Nuke.Common.Tooling;
using Nuke.Common.Tools.DotNet;

namespace Nuke.Offline.Tests;

/// <summary>Options become command lines.</summary>
public class ToolTests
{
    [Fact]
    public void Options_are_written_in_the_order_they_were_set_after_the_project()
    {
        var options = new DotNetTestSettings()
            .SetConfiguration("Release")
            .EnableNoBuild()
            .AddLoggers("trx", "console;verbosity=quiet")
            .SetNoRestore(false)
            .SetResultsDirectory("/a b")
            .SetProjectFile("/t.csproj")
            .AddProcessAdditionalArguments("--", "x");

        Assert.Equal(
            "test /t.csproj --configuration Release --no-build --logger trx --logger console;verbosity=quiet --results-directory \"/a b\" -- x",
            new ToolArguments(options).Text);
    }

    [Fact]
    public void Properties_are_escaped_for_msbuild()
    {
        var options = new DotNetPublishSettings()
            .SetProject("p.csproj")
            .SetSelfContained(false)
            .SetProperty("Constants", "A;B=1,2")
            .SetVersion("1.0")
            .EnablePublishSingleFile();

        Assert.Equal(
            "publish p.csproj --self-contained false --property:Constants=A%3BB=1%2C2 --property:Version=1.0 --property:PublishSingleFile=true",
            new ToolArguments(options).Text);
    }

    [Fact]
    public void Changing_options_leaves_those_that_were_there_as_they_are()
    {
        var options = new DotNetBuildSettings().SetConfiguration("Debug");

        var changed = options.SetConfiguration("Release").SetFramework("net10.0").ResetFramework();

        Assert.Equal(("Debug", "Release", null), (options.Configuration, changed.Configuration, changed.Framework));
    }

    [Fact]
    public void Options_are_combined_with_values()
    {
        var all = new DotNetBuildSettings()
            .CombineWith(["a", "b"], (o, x) => o.SetProjectFile(x))
            .CombineWith(o => o.SetFramework("f"), o => o.SetFramework("g"));

        Assert.Equal(["a f", "a g", "b f", "b g"], all.Select(x => $"{x.ProjectFile} {x.Framework}"));
    }

    [Fact]
    public void All_of_several_runs_are_done_before_one_failure_is_told()
    {
        CombinatorialConfigure<DotNetBuildSettings> several = o => o.CombineWith(["a", "b", "c"], (x, y) => x.SetProjectFile(y));
        var done = new List<string>();

        var error = Assert.Throws<InvalidOperationException>(() => several.Invoke(Run, degreeOfParallelism: 1, completeOnFailure: true));

        Assert.Equal(("a", "a b c"), (error.Message, string.Join(' ', done)));

        IReadOnlyCollection<Output> Run(DotNetBuildSettings options)
        {
            done.Add(options.ProjectFile);
            return options.ProjectFile == "a" ? throw new InvalidOperationException("a") : [];
        }
    }

    [Fact]
    public void Options_of_ones_own_are_changed_by_expressions()
    {
        var options = new OwnSettings().Modify(o => o.Set(() => new OwnSettings().Name, "n"));
        options = options.Modify(o =>
        {
            o.AddCollection(Own(x => x.Items), "a", "b");
            o.RemoveCollection(Own(x => x.Items), "a");
            o.SetDictionary(Own(x => x.Pairs), "k", "v");
        });

        Assert.Equal(
            "own n --item b --pair k=v --token s3cret",
            new ToolArguments(options.Modify(o => o.Set(() => new OwnSettings().Token, "s3cret"))).Text);
        Assert.Equal(
            "--token [REDACTED]",
            new ToolArguments(options.Modify(o => o.Set(() => new OwnSettings().Token, "s3cret"))).Filter("--token s3cret"));

        static Expression<Func<T>> Own<T>(Expression<Func<OwnSettings, T>> property) =>
            Expression.Lambda<Func<T>>(Expression.Property(Expression.Constant(new OwnSettings()), ((MemberExpression)property.Body).Member.Name));
    }

    [Fact]
    public void Holes_of_interpolated_arguments_are_quoted_and_kept_out_of_the_log()
    {
        AbsolutePath path = "/a b";
        var arguments = Write($"--in {path} --text {"x y"} --raw {"x y":nq} --quoted '{"x y"}' --number {5} --token {"s3cret":r}");

        Assert.Equal("--in \"/a b\" --text \"x y\" --raw x y --quoted 'x y' --number 5 --token s3cret", arguments.Text);
        Assert.Equal("--token [REDACTED]", arguments.Filter("--token s3cret"));
        Assert.Equal("plain text", Write("plain text").Text);
    }

    [Fact]
    public void A_tool_runs_and_returns_what_it_wrote()
    {
        var dotnet = ToolResolver.GetPathTool("dotnet");

        Assert.Matches(@"^\d+\.\d+", dotnet($"--version", logOutput: false, logInvocation: false).StdToText());
    }

    [Fact]
    public void A_failing_tool_tells_its_command_line_its_directory_and_its_errors()
    {
        using var process = ProcessTasks.StartProcess("dotnet", "nosuchcommand", logOutput: false, logInvocation: false);

        var error = Assert.Throws<ProcessException>(() => process.AssertZeroExitCode());

        Assert.Equal(1, error.ExitCode);
        Assert.Matches(
            @"^Process 'dotnet' exited with code 1\.\r?\n   > .*dotnet nosuchcommand\r?\n   @ .*\r?\nError output:\r?\n   Could not execute",
            error.Message);
    }

    [Fact]
    public void A_tool_that_takes_too_long_is_ended()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "There is no sleep command.");
        using var process = ProcessTasks.StartProcess("sleep", "60", timeout: 100, logInvocation: false);

        Assert.Contains(
            "did not exit within its timeout",
            Assert.Throws<Exception>(() => process.AssertWaitForExit()).Message,
            StringComparison.Ordinal);
        Assert.True(process.HasExited);
    }

    [Fact]
    public void A_tool_that_is_not_there_is_an_error_that_names_it() =>
        Assert.Contains(
            "'no-such-tool'",
            Assert.Throws<ArgumentException>(() => ToolResolver.GetPathTool("no-such-tool")).Message,
            StringComparison.Ordinal);

    private static (string Text, Func<string, string> Filter) Write(ArgumentStringHandler arguments) =>
        (arguments.ToStringAndClear(), arguments.GetFilter());

    [Command(Arguments = "own")]
    public class OwnSettings : ToolOptions
    {
        [Argument(Format = "{value}", Position = 1)]
        public string Name => Get<string>(() => Name);

        [Argument(Format = "--item {value}")]
        public IReadOnlyCollection<string> Items => Get<IReadOnlyCollection<string>>(() => Items);

        [Argument(Format = "--pair {key}={value}")]
        public IReadOnlyDictionary<string, object> Pairs => Get<IReadOnlyDictionary<string, object>>(() => Pairs);

        [Argument(Format = "--token {value}", Secret = true)]
        public string Token => Get<string>(() => Token);
    }
}
