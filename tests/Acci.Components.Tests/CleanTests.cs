using Acci.Testing;
using Assert = Xunit.Assert;

namespace Acci.Components.Tests;

/// <summary>What <c>Clean</c> removes can be made again.</summary>
public sealed class CleanTests : IDisposable
{
    private readonly TemporaryRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_git_tracks_stays_and_so_does_a_folder_of_which_nobody_knows_that_a_build_made_it(bool isDryRun)
    {
        string[] files =
        [
            "src/App/App.csproj", "src/App/bin/App.dll", "src/tool/bin/tool.sh", "src/Tracked/Tracked.csproj", "src/Tracked/bin/tracked.sh", "src/Tracked/bin/new.sh",
            "src/Tracked/obj/x", "src/new/bin/work.sh", "src/other/obj/x", "artifacts/.gitkeep", "artifacts/result", "artifacts/notes/kept", "artifacts/made/layer",
        ];
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_repository.Directory, file))!);
            _repository.Write(file, "x");
        }

        Directory.CreateDirectory(Path.Combine(_repository.Directory, ".nuke"));
        _repository.Write(".gitignore", "src/other/obj/\n");
        await _repository.Run(
            "git init --quiet", "git add --force src/tool src/Tracked/Tracked.csproj src/Tracked/bin/tracked.sh artifacts/.gitkeep artifacts/notes", "git commit --quiet --message one");

        var run = await BuildRun.StartAsync(
            BuildRun.Build, _repository.Directory, ["Clean", .. isDryRun ? (string[])["--dry-run"] : []], new Dictionary<string, string> { ["SAMPLE_BUILD"] = "PreparedBuild" });

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        string[] removed = isDryRun ? [] : ["src/App/bin/App.dll", "src/Tracked/obj/x", "src/other/obj/x", "artifacts/result", "artifacts/made/layer"];
        Assert.Equal(files.Except(removed).Order(), files.Where(x => File.Exists(Path.Combine(_repository.Directory, x))).Order());
        Assert.Contains("src/Tracked/bin stays: git tracks files in it", run.Output, StringComparison.Ordinal);
        Assert.Contains("src/new/bin stays: no project file is beside it, and git does not ignore it", run.Output, StringComparison.Ordinal);
        if (isDryRun) Assert.Equal(
            ["src/App/bin", "src/Tracked/obj", "src/other/obj"], run.Output.Split('\n').Where(x => x.Contains("Would remove", StringComparison.Ordinal)).Select(x => x.Split(' ')[^1].Trim()));
    }
}
