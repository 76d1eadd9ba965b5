using Acci.Delivery.Processes;
using Acci.Delivery.Signing;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

public sealed class CosignVersionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""echo '{"gitVersion":"v2.6.1"}'""", "is cosign 2.6.1, and this build needs cosign 3")]
    [InlineData("""echo '{"gitVersion":"2.0.0-rc.1"}'""", "is cosign 2.0.0-rc.1, and this build needs cosign 3")]
    [InlineData("""echo '{"gitVersion":"v3.0.2"}'""", null)]
    [InlineData("""echo '{"gitVersion":"devel"}'""", null)]
    [InlineData("""echo '{"version":1}'""", null)]
    [InlineData("echo none", null)]
    [InlineData("exit 1", null)]
    public async Task A_cosign_whose_signatures_this_build_does_not_read_is_named(string answer, string? problem)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for cosign is a shell script.");
        var program = _folder.Combine("cosign");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\n{answer}\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var failure = await Record.ExceptionAsync(() => CosignVersion.EnsureSupportedAsync(program, TestContext.Current.CancellationToken));

        Assert.Equal(problem is not null, failure is not null);
        if (problem is not null) Assert.Contains($"{program} {problem}", Assert.IsType<DeliveryException>(failure).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cosign_that_says_nothing_is_not_waited_for_without_end()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for cosign is a shell script.");
        var program = _folder.Combine("cosign");
        await File.WriteAllTextAsync(program, "#!/bin/sh\nexec sleep 600\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var failure = await Assert.ThrowsAsync<NoAnswerException>(
            () => CosignVersion.EnsureSupportedAsync(program, TestContext.Current.CancellationToken, TimeSpan.FromSeconds(1)));

        Assert.StartsWith($"`{program} version --json` did not answer within 1 s.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_prints_no_key_makes_no_empty_file_of_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for cosign is a shell script.");
        var program = _folder.Combine("cosign");
        await File.WriteAllTextAsync(program, "#!/bin/sh\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var cosign = new Cosign(program, new SigningIdentity.Key("awskms:///alias/release", "a password"));

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => cosign.WritePublicKeyAsync(_folder.Combine("cosign.pub"), TestContext.Current.CancellationToken));

        Assert.Contains("succeeded and printed no public key", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.Combine("cosign.pub")));
    }
}
