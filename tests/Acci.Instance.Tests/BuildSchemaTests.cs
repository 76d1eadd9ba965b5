using Acci.Components.Tests;
using Acci.Testing;

namespace Acci.Instance.Tests;

/// <summary>The schema that both engines write before any target runs is what is checked in, so that a clean clone stays clean.</summary>
public sealed class BuildSchemaTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("schema-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task What_the_engine_writes_for_this_repository_s_build_is_what_is_checked_in()
    {
        var nuke = Directory.CreateDirectory(Path.Combine(_root, ".nuke")).FullName;
        File.Copy(Path.Combine(SourceTree.Root, ".nuke", "parameters.json"), Path.Combine(nuke, "parameters.json"));
        File.Copy(Path.Combine(SourceTree.Root, "ACCI.sln"), Path.Combine(_root, "ACCI.sln"));

        var run = await BuildRun.StartAsync(BuildRun.Build, _root, ["--help"]);

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Equal(await ReadAsync(Path.Combine(SourceTree.Root, ".nuke", "build.schema.json")), await ReadAsync(Path.Combine(nuke, "build.schema.json")));
        Assert.Equal(["build.schema.json", "parameters.json"], Directory.EnumerateFiles(nuke).Select(x => Path.GetFileName(x)).Order(StringComparer.Ordinal));
    }

    // git writes line feeds on every system; NUKE writes the system's own line breaks.
    private static async Task<string> ReadAsync(string file) => (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n");
}
