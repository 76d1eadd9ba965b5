using Acci.Delivery.Caching;
using Acci.Delivery.Signing;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

public sealed class LocalKeyPairTests
{
    [Fact]
    public async Task A_pair_that_is_being_made_is_noted_for_the_next_build_where_this_one_is_killed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for cosign is a shell script.");
        using var folder = new TemporaryFolder();
        var cosign = folder.Combine("cosign");
        await File.WriteAllTextAsync(cosign, $"""
            #!/bin/sh
            cat '{CacheDirectory.Default.Combine("sessions")}'/*.journal | grep -o "$PWD" > '{folder.Combine("noted")}'
            touch cosign.key cosign.pub

            """.ReplaceLineEndings("\n"), TestContext.Current.CancellationToken);
        File.SetUnixFileMode(cosign, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        await LocalKeyPair.EnsureAsync(folder.Combine("keys"), cosign, TestContext.Current.CancellationToken);

        Assert.StartsWith(folder.Combine("keys", ".new-"), await File.ReadAllTextAsync(folder.Combine("noted"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateDirectories(folder.Combine("keys")));
    }
}
