using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Retries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>What cosign signs and accepts is decided by its arguments, and by no variable that happens to be set.</summary>
public sealed class CosignVariablesTests : IDisposable
{
    private const string Weakening = "COSIGN_INSECURE_IGNORE_TLOG", Trust = "SIGSTORE_ROOT_FILE", Hardware = "COSIGN_PKCS11_MODULE_PATH";

    private readonly TemporaryFolder _folder = new();

    public CosignVariablesTests()
    {
        foreach (var name in (string[])[Weakening, Trust, Hardware]) Environment.SetEnvironmentVariable(name, "false");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var name in (string[])[Weakening, Trust, Hardware]) Environment.SetEnvironmentVariable(name, null);
        _folder.Dispose();
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("sign")]
    [InlineData("public-key")]
    [InlineData("generate-key-pair")]
    public async Task No_command_of_cosign_gets_them(string command)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for cosign is a shell script.");
        var script = _folder.Combine("cosign");
        await File.WriteAllTextAsync(script, $"#!/bin/sh\nenv > '{_folder.Combine("environment")}'\nexit 1\n", Cancellation);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var image = ImageReference.Parse("registry.example.com/app").WithDigest(Digest.Of([1]));
        var cosign = new Cosign(script, new SigningIdentity.Key("cosign.key", "password")) { Retry = new RetryOptions { Budget = TimeSpan.Zero } };

        await Assert.ThrowsAnyAsync<DeliveryException>(() => command switch
        {
            "verify" => cosign.VerifyAsync(image, new ExpectedSigner.PublicKey("cosign.pub"), Cancellation),
            "sign" => cosign.SignAsync(image, Cancellation),
            "public-key" => cosign.ReadSignerAsync(Cancellation),
            _ => LocalKeyPair.EnsureAsync(_folder.Combine("keys"), script, Cancellation),
        });

        var variables = (await File.ReadAllLinesAsync(_folder.Combine("environment"), Cancellation)).Select(x => x.Split('=')[0]).ToList();
        Assert.DoesNotContain(Weakening, variables);
        Assert.DoesNotContain(Trust, variables);
        Assert.Contains(Hardware, variables);
        if (command != "verify") Assert.Contains("COSIGN_PASSWORD", variables);
    }
}
