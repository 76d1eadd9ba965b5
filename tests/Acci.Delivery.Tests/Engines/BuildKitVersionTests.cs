using Acci.Delivery.Engines;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>Which BuildKit builds, as buildx says it.</summary>
public sealed class BuildKitVersionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("BuildKit version: v0.25.1", "v0.25.1")]
    // Before buildx 0.13.
    [InlineData("Buildkit:  v0.11.6", "v0.11.6")]
    // A builder of two nodes.
    [InlineData("BuildKit version: v0.25.1\nName: two\nBuildKit version: v0.26.0", "v0.25.1, v0.26.0")]
    [InlineData("BuildKit version: v0.25.1\nName: two\nBuildKit version: v0.25.1", "v0.25.1")]
    [InlineData("Name: default\nStatus: stopped", null)]
    public async Task It_is_what_the_builder_says(string inspection, string? version) =>
        Assert.Equal(version, await BuildKitVersion.FindAsync([new BuildSite(Docker("buildx inspect", inspection), [])], Cancellation));

    [Fact]
    public async Task The_builder_that_builds_is_asked() =>
        Assert.Equal("v0.9.0", await BuildKitVersion.FindAsync([new BuildSite(Docker("buildx inspect acci-1", "BuildKit version: v0.9.0") with { Builder = "acci-1" }, [])], Cancellation));

    [Fact]
    public async Task Nodes_with_different_ones_are_told_apart_and_one_that_does_not_say_it_leaves_all_unknown()
    {
        var first = new BuildSite(Docker("buildx inspect", "BuildKit version: v0.25.1"), [Platform.LinuxAmd64]);
        var second = new BuildSite(Docker("buildx inspect", "BuildKit version: v0.26.0"), [Platform.LinuxArm64, Platform.Parse("linux/ppc64le")]);

        Assert.Equal("v0.25.1", await BuildKitVersion.FindAsync([first, first], Cancellation));
        Assert.Equal("linux/amd64 v0.25.1, linux/arm64 linux/ppc64le v0.26.0", await BuildKitVersion.FindAsync([first, second], Cancellation));
        var third = new BuildSite(Docker("buildx inspect", "BuildKit version: v0.25.1\nName: two\nBuildKit version: v0.26.0"), [Platform.LinuxAmd64]);
        Assert.Equal("linux/amd64 v0.25.1 and v0.26.0, linux/arm64 linux/ppc64le v0.26.0", await BuildKitVersion.FindAsync([third, second], Cancellation));
        Assert.Null(await BuildKitVersion.FindAsync([first, new BuildSite(Docker("none", ""), [Platform.LinuxArm64])], Cancellation));
    }

    // Answers this one question, and fails at others.
    private DockerEngine Docker(string question, string answer)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for docker is a shell script.");
        var script = _folder.Combine($"docker-{Guid.NewGuid():n}");
        File.WriteAllText(script, $"#!/bin/sh\n[ \"$*\" = '{question}' ] || exit 1\ncat <<'END'\n{answer}\nEND\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new DockerEngine(script);
    }
}
