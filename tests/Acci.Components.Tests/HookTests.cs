using Acci.Testing;
using Assert = Xunit.Assert;

namespace Acci.Components.Tests;

/// <summary>What a build changes of its components is on top of what they do, and below what parameters say.</summary>
public sealed class HookTests : IAsyncLifetime
{
    private readonly TemporaryRepository _repository = new();

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.Combine(_repository.Directory, ".nuke"));
        _repository.Write("Dockerfile", "FROM scratch\n");
        await _repository.Run("git init --quiet --initial-branch main", "git add .", "git commit --quiet --message one");
    }

    public ValueTask DisposeAsync()
    {
        _repository.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_build_s_own_defaults_take_the_place_of_the_components()
    {
        var said = await SayAsync();

        Assert.Contains("retries 240 s", said, StringComparison.Ordinal);
        Assert.Contains("tags own", said, StringComparison.Ordinal);
        Assert.Contains("keeps 3 and 4 days", said, StringComparison.Ordinal);
        Assert.Contains("compares docker-bake.json, own.txt", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_of_one_s_own_is_no_component_s_that_is_called_the_same()
    {
        var run = await BuildRun.StartAsync(BuildRun.Build, _repository.Directory, ["Publish"], new Dictionary<string, string> { ["SAMPLE_BUILD"] = "OwnTargetsBuild" });

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("tags False, signs False, scans False", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_still_count()
    {
        var said = await SayAsync("--retry-budget", "10", "--tag-rules", "type=raw,value=typed", "--tag-flavor", "suffix=-s", "--prune-keep-versions", "7");

        Assert.Contains("retries 20 s", said, StringComparison.Ordinal);
        Assert.Contains("tags typed-s", said, StringComparison.Ordinal);
        Assert.Contains("keeps 7 and 4 days", said, StringComparison.Ordinal);
    }

    private async Task<string> SayAsync(params string[] arguments)
    {
        var run = await BuildRun.StartAsync(BuildRun.Build, _repository.Directory, ["Say", .. arguments], new Dictionary<string, string> { ["SAMPLE_BUILD"] = "HooksBuild" });
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        return run.Output;
    }
}
