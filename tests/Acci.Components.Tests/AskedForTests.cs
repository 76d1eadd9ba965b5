using Acci.Testing;
using Assert = Xunit.Assert;

namespace Acci.Components.Tests;

/// <summary>What somebody does by name or by hand between two targets of a publish.</summary>
public sealed class AskedForTests(RegistryServer server) : IClassFixture<RegistryServer>
{
    [Fact]
    public async Task A_scan_that_is_asked_for_by_its_name_is_made_again()
    {
        using var checkout = await PublishCheckout.CreateAsync(server);
        await checkout.RunAsync("BuildImages", "ScanImages");
        Assert.Equal(1, checkout.Scans);

        // It ends at the signatures, which the stand-in does not make.
        var publish = await checkout.RunAsync("Publish");
        Assert.Contains("not scanned again", publish.Output, StringComparison.Ordinal);
        // The build looks before its first verb, and when that begins: what it sees is the same.
        Assert.Single(publish.Output.Split('\n'), x => x.Contains("Destination: ", StringComparison.Ordinal));
        Assert.Equal(1, checkout.Scans);

        var asked = await checkout.RunAsync("ScanImages");
        Assert.True(asked.ExitCode == 0, asked.Output + asked.Errors);
        Assert.Equal(2, checkout.Scans);
        await checkout.RunAsync("Publish", "ScanImages");
        Assert.Equal(3, checkout.Scans);
    }

    [Theory]
    [InlineData("SignImages", "VerifyImages")]
    [InlineData("ScanImages")]
    [InlineData("Publish", "--skip", "BuildImages")]
    public async Task An_image_that_was_baked_by_hand_after_the_scan_is_refused_until_it_is_built_again(params string[] targets)
    {
        using var checkout = await PublishCheckout.CreateAsync(server);
        await checkout.RunAsync("BuildImages", "SmokeTestImages", "ScanImages");
        var scanned = checkout.Built;
        await checkout.WillBuildAsync("two");

        var bake = await checkout.ByHandAsync("buildx bake -f artifacts/docker-bake.json");
        Assert.True(bake.Succeeded, bake.StandardError);
        var refused = await checkout.RunAsync(targets);

        Assert.Equal(255, refused.ExitCode);
        Assert.Contains($"holds {checkout.Built}, and the record of 'app' is of {scanned}", refused.Output + refused.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(checkout.Started, x => x.Program == "cosign" && x.Arguments.StartsWith("sign\n", StringComparison.Ordinal));
        using var registry = server.Connect();
        Assert.Null(await registry.FindAsync(checkout.Repository.WithDigest(checkout.Built), TestContext.Current.CancellationToken));
        var again = await checkout.RunAsync("BuildImages", "ScanImages");
        Assert.True(again.ExitCode == 0, again.Output + again.Errors);
        Assert.Equal(checkout.Built, checkout.Record.Digest);
    }
}
