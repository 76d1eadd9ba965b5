using System.Reflection;
using Acci.Delivery.Images;
using Nuke.Common;
using Assert = Xunit.Assert;

namespace Acci.Components.Tests;

/// <summary>What a parameter was called before goes on working, on both engines, and everything else knows the present name only.</summary>
public sealed class FormerNameTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("former-").FullName;

    public FormerNameTests() => Directory.CreateDirectory(Path.Combine(_root, ".nuke"));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("--colors red,blue", "colours red|blue; 1 days; erase False", "--colors is now called --colours")]
    [InlineData("--colors red blue", "colours red|blue; 1 days; erase False", "--colors is now called --colours")]
    [InlineData("--age 7", "colours ; 7 days; erase False", "--age is now called --keep-days")]
    [InlineData("--wipe", "colours ; 1 days; erase True", "--wipe is now called --erase-all")]
    [InlineData("--wipe false", "colours ; 1 days; erase False", "--wipe is now called --erase-all")]
    public async Task On_the_command_line(string line, string values, string warning) => AssertRun(await RunAsync(line), values, warning);

    [Theory]
    [InlineData("NUKE_COLORS", "red,blue", "colours red|blue; 1 days; erase False", "NUKE_COLOURS")]
    [InlineData("Colors", "red", "colours red; 1 days; erase False", "NUKE_COLOURS")]
    [InlineData("Age", "7", "colours ; 7 days; erase False", "NUKE_KEEP_DAYS")]
    [InlineData("NUKE_WIPE", "true", "colours ; 1 days; erase True", "NUKE_ERASE_ALL")]
    public async Task In_the_environment(string variable, string value, string values, string present) =>
        AssertRun(await RunAsync("", (variable, value)), values, $"the environment variable {variable} is now called {present}");

    [Theory]
    [InlineData("WIPE")]
    [InlineData("Wipe")]
    [InlineData("ERASE_ALL")]
    [InlineData("EraseAll")]
    public async Task What_destroys_counts_in_the_environment_only_with_the_prefix(string variable)
    {
        var run = await RunAsync("", (variable, "true"));

        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Contains($"notice: the environment variable {variable} is not read: type --erase-all, or set NUKE_ERASE_ALL", run.Output, StringComparison.Ordinal);
        Assert.Contains("erase False", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETE", "true", "")]
    [InlineData("Delete", "true", "")]
    [InlineData("KEEPDAYS", "3", "")]
    [InlineData("NUKE_DELETE", "true", "warning: the environment variable NUKE_DELETE is now called NUKE_PRUNE_DELETE")]
    [InlineData("KEEP_DAYS", "3", "warning: the environment variable KEEP_DAYS is now called NUKE_PRUNE_KEEP_DAYS")]
    [InlineData("KeepDays", "3", "warning: the environment variable KeepDays is now called NUKE_PRUNE_KEEP_DAYS")]
    public async Task A_component_s_former_name_counts_in_the_environment_where_the_present_one_would(string variable, string value, string errors)
    {
        var run = await BuildRun.StartAsync(
            BuildRun.Build, _root, ["--plan"], new Dictionary<string, string> { ["SAMPLE_BUILD"] = "PruneBuild", [variable] = value });

        Assert.Equal((0, errors), (run.ExitCode, run.Errors));
    }

    [Fact]
    public async Task In_a_parameter_file_whose_last_profile_counts()
    {
        await WriteAsync("parameters.json", """{ "Colors": [ "red", "blue" ], "Age": 7, "Wipe": true }""");
        await WriteAsync("parameters.one.json", """{ "KeepDays": 8, "Wipe": false }""");

        AssertRun(
            await RunAsync("--profile one"),
            "colours red|blue; 8 days; erase False",
            ".nuke/parameters.one.json: Wipe is now called EraseAll",
            ".nuke/parameters.json: Colors is now called Colours",
            ".nuke/parameters.json: Age is now called KeepDays",
            ".nuke/parameters.json: Wipe is now called EraseAll");
    }

    [Fact]
    public async Task What_is_typed_comes_before_the_environment_and_that_before_a_file_whichever_name_each_has()
    {
        await WriteAsync("parameters.json", """{ "Age": 3, "Colors": [ "file" ] }""");

        Assert.Contains("7 days", (await RunAsync("--age 7", ("KEEP_DAYS", "5"))).Output, StringComparison.Ordinal);
        Assert.Contains("7 days", (await RunAsync("--age 7", ("KeepDays", "5"))).Output, StringComparison.Ordinal);
        Assert.Contains("7 days", (await RunAsync("--keep-days 7", ("Age", "5"))).Output, StringComparison.Ordinal);
        Assert.Contains("5 days", (await RunAsync("", ("Age", "5"))).Output, StringComparison.Ordinal);
        Assert.Contains("5 days", (await RunAsync("", ("KEEP_DAYS", "5"))).Output, StringComparison.Ordinal);
        Assert.Contains("colours file; 3 days", (await RunAsync("")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_names_at_once_are_an_error()
    {
        AssertRefused(
            await RunAsync("--age 7 --keep-days 8"),
            "--keep-days is given 2 times: give it once.");
        var twice = await RunAsync("--age 7 --age 8");
        AssertRefused(twice, "--keep-days is given 2 times: give it once.");
        Assert.Equal("warning: --age is now called --keep-days", twice.Errors.Split('\n')[0]);
        Assert.Equal(2, twice.Errors.Split('\n').Length);
        AssertRefused(
            await RunAsync("", ("Age", "7"), ("NUKE_AGE", "8")),
            "the environment variables Age and NUKE_AGE are the same parameter, which is now called KeepDays: set one of them.");
        AssertRefused(
            await RunAsync("", ("NUKE_AGE", "7"), ("KEEP_DAYS", "8")),
            "the environment variables NUKE_AGE and KEEP_DAYS are the same parameter, which is now called KeepDays: set one of them.");
        await WriteAsync("parameters.json", """{ "Age": 7, "KeepDays": 8 }""");
        AssertRefused(await RunAsync(""), ".nuke/parameters.json: Age is now called KeepDays, which is there, too: remove Age.");
    }

    [Fact]
    public async Task A_wrong_value_is_an_error_wherever_it_stands()
    {
        AssertRefused(await RunAsync("--age many"), "--keep-days cannot be 'many': it is not a whole number.");
        AssertRefused(await RunAsync("--age"), "--keep-days has no value; one that begins with '-' can come from the environment variable KeepDays.");
        AssertRefused(await RunAsync("", ("Age", "many")), "the environment variable NUKE_KEEP_DAYS cannot be 'many': it is not a whole number.");
        await WriteAsync("parameters.json", """{ "Age": "many" }""");
        AssertRefused(await RunAsync(""), ".nuke/parameters.json: Age cannot be 'many': it is not a whole number.");
        await WriteAsync("parameters.json", """{ "Colors": [ "red", "a,b" ] }""");
        AssertRefused(await RunAsync(""), ".nuke/parameters.json: Colors is now called Colours, and a value with ',' in it is read under that name only: write that.");
        await WriteAsync("parameters.json", """{ "Token": "v1:x" }""");
        AssertRefused(await RunAsync(""), ".nuke/parameters.json: Token is now called ApiKey: write that.");
    }

    [Fact]
    public async Task Help_schema_and_suggestions_have_the_present_name_only()
    {
        var help = await RunAsync("--help");
        var schema = await File.ReadAllTextAsync(Path.Combine(_root, ".nuke", "build.schema.json"), TestContext.Current.CancellationToken);

        Assert.Contains("  --keep-days ", help.Output, StringComparison.Ordinal);
        Assert.Contains("\"KeepDays\"", schema, StringComparison.Ordinal);
        foreach (var former in (string[])["Colors", "Wipe", "\"Age\"", "--age"])
        {
            Assert.DoesNotContain(former, help.Output, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(former, schema, StringComparison.OrdinalIgnoreCase);
        }

        AssertRefused(await RunAsync("--wipee"), "there is no parameter '--wipee'. All are listed by --help.");
    }

    [Fact]
    public async Task A_failure_on_GitHub_is_repeated_with_the_present_name()
    {
        var run = await BuildRun.StartAsync(BuildRun.Build, _root, ["Refuses", "--age", "7"], new Dictionary<string, string>
        {
            ["GITHUB_ACTIONS"] = "true", ["GITHUB_SHA"] = "0123abc", ["GITHUB_REPOSITORY"] = "octo/app", ["GITHUB_REF"] = "refs/heads/main",
            ["GITHUB_ACTOR"] = "octo", ["GITHUB_REPOSITORY_OWNER"] = "octo", ["GITHUB_SERVER_URL"] = "https://github.com", ["GITHUB_RUN_ID"] = "1", ["GITHUB_RUN_NUMBER"] = "1",
            ["GITHUB_JOB"] = "job", ["GITHUB_WORKFLOW"] = "ci", ["GITHUB_EVENT_NAME"] = "push", ["GITHUB_WORKSPACE"] = "/",
        });

        Assert.EndsWith("&& ./build.sh Refuses --keep-days 7", run.Output.TrimEnd(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("From", "PromoteFrom")]
    [InlineData("FromRegistry", "PromoteFromRegistry")]
    [InlineData("To", "PromoteTo")]
    [InlineData("Rollback", "PromoteRollback")]
    [InlineData("Image", "ScanImage")]
    [InlineData("Delete", "PruneDelete")]
    [InlineData("KeepVersions", "PruneKeepVersions")]
    [InlineData("KeepDays", "PruneKeepDays")]
    [InlineData("KeepTags", "PruneKeepTags")]
    [InlineData("Volumes", "DeleteVolumes")]
    [InlineData("Purge", "PurgeEngine")]
    [InlineData("MinimumAge", "LocksMinimumAge")]
    [InlineData("Force", "Republish")]
    public void The_components_parameters_know_their_former_names(string former, string present) =>
        Assert.Equal(present, new FormerNames(Everything).Present(former));

    [Theory]
    [InlineData("PromoteRollback")]
    [InlineData("PruneDelete")]
    [InlineData("DeleteVolumes")]
    [InlineData("PurgeEngine")]
    [InlineData("AllowDirty")]
    [InlineData("AllowOlder")]
    [InlineData("ReplaceVersion")]
    [InlineData("PromoteAllowOlder")]
    [InlineData("PromoteReplaceVersion")]
    [InlineData("IgnoreUnfixed")]
    [InlineData("IgnoreFile")]
    [InlineData("Vex")]
    [InlineData("ScanImage")]
    public void What_destroys_or_overrides_a_protection_is_typed(string name) => Assert.True(Everything[name]!.IsDefined(typeof(TypedOnlyAttribute)));

    // Not to read them would let pass what they forbid, or sign elsewhere.
    [Theory]
    [InlineData("Severity")]
    [InlineData("SignedBy")]
    [InlineData("SignedByRepository")]
    [InlineData("SignedByIssuer")]
    [InlineData("SigstoreSigningConfig")]
    [InlineData("SigstoreTrustedRoot")]
    [InlineData("TagRules")]
    [InlineData("TagFlavor")]
    public void What_says_what_is_demanded_is_read_from_the_environment(string name) => Assert.False(Everything[name]!.IsDefined(typeof(TypedOnlyAttribute)));

    [Fact]
    public void A_build_s_own_parameter_comes_before_another_one_s_former_name() =>
        Assert.Null(new FormerNames(Parameters.Of(typeof(OwnFrom))).Present("From"));

    private static IReadOnlyDictionary<string, MemberInfo?> Everything => Parameters.Of(typeof(AllVerbs));

    private Task<BuildRun> RunAsync(string line, params (string Name, string Value)[] variables) => BuildRun.StartAsync(
        BuildRun.Build,
        _root,
        ["Renamed", .. line.Split(' ', StringSplitOptions.RemoveEmptyEntries)],
        variables.ToDictionary(x => x.Name, x => x.Value));

    private Task WriteAsync(string file, string text) =>
        File.WriteAllTextAsync(Path.Combine(_root, ".nuke", file), text, TestContext.Current.CancellationToken);

    private static void AssertRun(BuildRun run, string values, params string[] warnings)
    {
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Contains(values, run.Output, StringComparison.Ordinal);
        Assert.Equal(warnings.Select(x => $"warning: {x}"), run.Errors.Split('\n'));
    }

    private static void AssertRefused(BuildRun run, string problem)
    {
        Assert.Equal(2, run.ExitCode);
        Assert.Equal($"error: {problem}", run.Errors.Split('\n')[^1]);
    }

    private abstract class AllVerbs : NukeBuild, IPublishImages, IPromoteImages, IPruneImages, IStopEngine, IUpdateLocks, IComposeDown
    {
        public abstract IEnumerable<ImageDefinition> Images { get; }

        public abstract Acci.Environments.Declarations.EnvironmentDeclaration Environments { get; }
    }

    private abstract class OwnFrom : NukeBuild, IPromoteImages
    {
        [Parameter("Who sends it")] private readonly string? From = null;

        public string? Sender => From;

        public abstract IEnumerable<ImageDefinition> Images { get; }
    }
}
