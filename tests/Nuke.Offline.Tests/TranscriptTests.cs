namespace Nuke.Offline.Tests;

/// <summary>The sample prints with Nuke.Offline what it prints with NUKE.</summary>
public class TranscriptTests
{
    // Tests are compared below: what they print is mostly the SDK's, and the second one goes on from the first.
    private static readonly string[] Compared = ["test_components", "test_again"];

    public static TheoryData<string> Names => [.. Transcript.Names.Except(Compared)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Prints_what_nuke_prints(string name)
    {
        var transcript = Transcript.Read(name);
        using var root = TemporaryDirectory.CopyOf(TestData.Sample);

        var run = await Run(transcript, root);

        var expected = Transcript.Normalize(transcript.Output);
        Assert.Equal(
            WithoutToolOutput(Improvements.Expected(name, expected), name),
            WithoutToolOutput(Transcript.Normalize(run.Output, root.Path), name));
        Assert.Equal(transcript.ExitCode, run.ExitCode);
    }

    [Fact]
    public void Every_improvement_belongs_to_a_transcript_and_changes_it() => Assert.All(Improvements.Names, name =>
    {
        var transcript = Transcript.Normalize(Transcript.Read(name).Output);
        Assert.NotEqual(transcript, Improvements.Expected(name, transcript));
    });

    [Fact]
    public async Task Components_restore_compile_and_test_as_those_of_nuke()
    {
        using var root = TemporaryDirectory.CopyOf(TestData.Sample);
        foreach (var name in Compared)
        {
            var transcript = Transcript.Read(name);
            var run = await Run(transcript, root);
            Assert.SkipWhen(
                run.Output.Contains("error NU"),
                "The test project's packages cannot be restored on this machine.");

            Assert.Equal(
                WithoutToolOutput(Transcript.Normalize(transcript.Output), name),
                WithoutToolOutput(Transcript.Normalize(run.Output, root.Path), name));
            Assert.Equal(transcript.ExitCode, run.ExitCode);
        }
    }

    [Fact]
    public async Task The_schema_is_the_one_nuke_writes()
    {
        using var root = TemporaryDirectory.CopyOf(TestData.Sample);

        await Run(Transcript.Read("help"), root);

        // NUKE orders hosts by the culture; it wrote this with one, and the sample runs here without.
        var written = await File.ReadAllTextAsync(Path.Combine(TestData.Behaviour, "build.schema.json"), TestContext.Current.CancellationToken);
        Assert.Equal(
            written.Replace("\"VisualStudio\",\n        \"VSCode\"", "\"VSCode\",\n        \"VisualStudio\"", StringComparison.Ordinal),
            await File.ReadAllTextAsync(Path.Combine(root.Path, ".nuke", "build.schema.json"), TestContext.Current.CancellationToken));
    }

    private static Task<BuildRun> Run(Transcript transcript, TemporaryDirectory root) =>
        BuildRun.Start(TestData.SampleBuild, root.Path, transcript.Arguments, transcript.Environment, TestContext.Current.CancellationToken);

    /// <summary>What tools print is logged for debugging; its wording, and when it comes, is the SDK's.</summary>
    private static string WithoutToolOutput(string output, string name) =>
        name.StartsWith("test_") || name == "fail_process"
        ? string.Join('\n', output.Split('\n').Where(x => !x.StartsWith("[DBG] ") || x.StartsWith("[DBG] succeeded") || x == "[DBG] initialized"))
        : output;
}
