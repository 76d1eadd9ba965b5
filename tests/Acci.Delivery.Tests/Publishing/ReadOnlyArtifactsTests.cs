using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>What a build has left in a folder that cannot be written can be verified.</summary>
public sealed class ReadOnlyArtifactsTests(RegistryServer server) : IClassFixture<RegistryServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Images_are_verified_where_artifacts_are_read_only_and_nothing_else_is_done(bool isLockThere)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root mounts.");
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("VerifyImages");
        if (!isLockThere) File.Delete(world.Artifact(".lock"));
        var artifacts = world.Artifact();
        Assert.SkipUnless((await CommandRunner.TryRunAsync(new Command("mount", "--bind", artifacts, artifacts), cancellationToken: Cancellation)).Succeeded, "Nothing can be mounted here.");
        try
        {
            await CommandRunner.RunAsync(new Command("mount", "-o", "remount,bind,ro", artifacts), cancellationToken: Cancellation);

            await world.RunAsync("VerifyImages").WaitAsync(TimeSpan.FromMinutes(10), Cancellation);
            var error = await world.RefusedAsync("TagImages").WaitAsync(TimeSpan.FromMinutes(10), Cancellation);

            Assert.StartsWith($"{world.Artifact(".lock")} cannot be written: Read-only file system", error, StringComparison.Ordinal);
        }
        finally
        {
            await CommandRunner.RunAsync(new Command("umount", artifacts), cancellationToken: CancellationToken.None);
        }
    }
}
