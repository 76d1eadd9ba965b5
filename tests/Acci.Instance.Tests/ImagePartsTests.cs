using Acci.Components.Tests;

namespace Acci.Instance.Tests;

/// <summary>What was said of building, where nothing is built.</summary>
public sealed class ImagePartsTests(DryRunCheckout checkout) : IClassFixture<DryRunCheckout>
{
    [Theory]
    [InlineData("--no-cache")]
    [InlineData("--cache None")]
    [InlineData("--builder-nodes linux/amd64=unix:///run/buildkit/buildkitd.sock")]
    public async Task A_parameter_of_building_is_refused_beside_what_others_have_built(string parameter)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");

        var run = await BuildRun.StartAsync(
            BuildRun.Build, checkout.Root, ["BuildImages", "--dry-run", "--image-parts", "deploy", .. parameter.Split(' ')],
            new Dictionary<string,
                string> { ["HOME"] = checkout.Home, ["PATH"] = $"{checkout.Programs}:{Environment.GetEnvironmentVariable("PATH")}" });

        Assert.True(run.ExitCode == 2, $"{run.ExitCode}\n{run.Output}{run.Errors}");
        Assert.Contains($"{parameter.Split(' ')[0]} says how images are built, and with --image-parts none is built here", run.Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_that_says_nothing_of_building_is_not()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");

        var run = await BuildRun.StartAsync(
            BuildRun.Build, checkout.Root, ["BuildImages", "--dry-run", "--image-parts", "deploy", "--no-cache", "false"],
            new Dictionary<string, string>
            {
                ["HOME"] = checkout.Home, ["PATH"] = $"{checkout.Programs}:{Environment.GetEnvironmentVariable("PATH")}",
            });

        Assert.DoesNotContain("says how images are built", run.Output, StringComparison.Ordinal);
        // It comes to what is in the folder.
        Assert.Contains("has 'acci' for linux/amd64", run.Output, StringComparison.Ordinal);
    }
}
