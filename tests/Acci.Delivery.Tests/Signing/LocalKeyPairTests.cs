using Acci.Delivery.Caching;
using Acci.Delivery.Processes;
using Acci.Delivery.Signing;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

public sealed class LocalKeyPairTests
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

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

    [Fact]
    public async Task A_folder_that_somebody_else_can_write_by_the_time_it_is_this_build_s_turn_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other rights.");
        using var folder = new TemporaryFolder();
        var keys = folder.Combine("keys");
        CacheDirectory.CreatePrivate(keys);
        Task making;
        using (await CheckoutLock.TakeAsync(Path.Combine(keys, ".lock"), TestContext.Current.CancellationToken))
        {
            // It has looked at the folder, and waits.
            making = LocalKeyPair.EnsureAsync(keys, folder.Combine("cosign"), TestContext.Current.CancellationToken);
            File.SetUnixFileMode(keys, Private | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
        }

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => making);

        Assert.StartsWith($"Everybody can write the folder of the signing key {keys}, and so sign with another key than yours: ", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chmod 700 in", null)]
    [InlineData("chmod 777 in", "Everybody can write ")]
    [InlineData("chmod 666 in/cosign.key", "Everybody can write the signing key ")]
    [InlineData("mkdir -m 777 open && mkdir open/real && mv in open/real && ln -s open/real/in in", "Everybody can write ")]
    // Nobody puts another file in the place of this user's, as in /tmp and in a Kubernetes secret.
    [InlineData("chmod 1777 in", null)]
    [InlineData("chmod 1777 in && chown 12345 in/cosign.key", "belongs to somebody else (user id 12345)")]
    [InlineData("chown 12345 in && chmod 1777 in", "belongs to somebody else (user id 12345)")]
    [InlineData("chgrp 12345 in && chmod 775 in", "The group 12345, which may have other members than you, can write ")]
    [InlineData("mkdir in/data && mv in/cosign.key in/data && ln -s data/cosign.key in/cosign.key", null)]
    public async Task A_key_s_file_is_looked_at_as_the_folder_of_the_machine_s_own_key_is(string before, string? problem)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || (before.Contains("12345", StringComparison.Ordinal) && !Environment.IsPrivilegedProcess), "Windows has other rights, and only root gives files away.");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Combine("in"), Private);
        var key = folder.Combine("in", "cosign.key");
        await File.WriteAllTextAsync(key, "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n", TestContext.Current.CancellationToken);
        await CommandRunner.RunAsync(new Command("bash", "-ec", before) { WorkingDirectory = folder.Path }, cancellationToken: TestContext.Current.CancellationToken);

        var failure = Record.Exception(() => SigningIdentity.FromParameter(key, null, ProcessEnvironment.Empty));

        if (problem is null) Assert.Null(failure);
        else Assert.Contains(problem, Assert.IsType<DeliveryException>(failure).Message, StringComparison.Ordinal);
    }

    // As GitLab's runner writes a variable of the type File.
    [Fact]
    public async Task All_that_is_wrong_with_a_key_s_file_is_told_at_once_with_what_to_use_in_GitLab()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has other rights.");
        using var folder = new TemporaryFolder();
        var key = folder.Combine("p.tmp", "cosign.key");
        await CommandRunner.RunAsync(
            new Command("bash", "-ec", "mkdir -m 777 p.tmp; echo '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----' > p.tmp/cosign.key; chmod 666 p.tmp/cosign.key") { WorkingDirectory = folder.Path },
            cancellationToken: TestContext.Current.CancellationToken);

        var failure = Assert.Throws<DeliveryException>(() => SigningIdentity.FromParameter(key, null, ProcessEnvironment.Empty));

        Assert.Equal(
            $"Everybody can write {folder.Combine("p.tmp")}, and so put another file in the place of the signing key {key}: take that from them (chmod o-w {folder.Combine("p.tmp")}). "
            + $"Everybody can write the signing key {key}, and so sign with another key than yours: delete it, or, if you know what is in it, take that from them (chmod o-w {key}), "
            + "or name another key with --signing-key. In GitLab CI use a variable of the type Variable, not File, and its name: --signing-key env://COSIGN_KEY.",
            failure.Message);
    }

    [Fact]
    public async Task A_file_in_the_place_of_the_folder_is_told_before_anything_is_built()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.Combine("keys"), "", TestContext.Current.CancellationToken);

        var failure = Assert.Throws<DeliveryException>(() => LocalKeyPair.Look(folder.Combine("keys")));

        Assert.Equal($"The folder of the signing key {folder.Combine("keys")} cannot be used: {folder.Combine("keys")} is a file. Move it away, or name a key with --signing-key.", failure.Message);
    }
}
