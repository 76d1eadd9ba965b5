using Acci.Testing;
using Assert = Xunit.Assert;

namespace Acci.Components.Tests;

/// <summary>Generated files that are not what their sources say, and what <c>VerifyGenerated</c> says to do about it.</summary>
public sealed class GeneratedTests : IAsyncLifetime
{
    private readonly TemporaryRepository _repository = new();

    private string _root = "";

    public async ValueTask InitializeAsync()
    {
        _root = _repository.Directory;
        await PrepareAsync();
    }

    public ValueTask DisposeAsync()
    {
        _repository.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("own.txt", "own.txt is not what the build says: generate own.txt again, and commit what changed.")]
    [InlineData("docker-bake.json", "docker-bake.json is not what the build says: run ./build.sh GenerateBakeFile, and commit what changed.")]
    [InlineData(
        "docker-bake.json .github/workflows/ci.yml own.txt",
        ".github/workflows/ci.yml, docker-bake.json, own.txt are not what the build says: run ./build.sh GenerateWorkflows GenerateBakeFile, generate own.txt again, and commit what changed.")]
    [InlineData(".nuke/build.schema.json own.txt", "own.txt, .nuke/build.schema.json are not what the build says: run ./build.sh --help, generate own.txt again, and commit what changed.")]
    public async Task It_names_the_targets_that_write_what_is_out_of_date_and_no_others(string damaged, string? said)
    {
        await RunAsync("GenerateWorkflows", "GenerateBakeFile");
        foreach (var file in damaged.Split(' ', StringSplitOptions.RemoveEmptyEntries)) await File.WriteAllTextAsync(Path.Combine(_root, file), "damaged\n", TestContext.Current.CancellationToken);
        await _repository.Run("git add .");

        var run = await RunAsync("VerifyGenerated");

        Assert.Equal(said is null ? 0 : 255, run.ExitCode);
        if (said is not null) Assert.Contains(said, run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_folder_of_a_larger_repository_workflows_are_compared_as_little_as_they_are_written()
    {
        _root = Path.Combine(_repository.Directory, "shop");
        await PrepareAsync();

        foreach (var target in (string[])["GenerateWorkflows", "VerifyGenerated"])
        {
            var run = await RunAsync(target);

            Assert.Equal(255, run.ExitCode);
            Assert.Contains($"{target} needs a build in the root of its git repository, and this one is in shop. GitHub reads workflows in the root alone", run.Output + run.Errors, StringComparison.Ordinal);
        }
    }

    private async Task PrepareAsync()
    {
        Directory.CreateDirectory(Path.Combine(_root, ".nuke"));
        await File.WriteAllTextAsync(Path.Combine(_root, "Dockerfile"), "FROM scratch\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_root, "own.txt"), "own\n", TestContext.Current.CancellationToken);
        await _repository.Run("git init --quiet --initial-branch main", "git add .", "git commit --quiet --message one");
    }

    private Task<BuildRun> RunAsync(params string[] targets) =>
        BuildRun.StartAsync(BuildRun.Build, _root, targets, new Dictionary<string, string> { ["SAMPLE_BUILD"] = "GeneratingBuild" });
}
