using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Acci.Oci;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>A record keeps why an image was not started. Where its definition gives no reason any more, that one is none.</summary>
public sealed class ReasonAgainstSmokeTestTests
{
    private static readonly Digest Image = Digest.Of([1]);

    [Theory]
    [InlineData("it needs a camera", "it needs a camera", true)]
    // Said in other words since.
    [InlineData("it needs a lens", "it needs a camera", true)]
    [InlineData(null, "it needs a camera", false)]
    // The machine that could not start it was no reason of the definition's.
    [InlineData(null, "this machine can run none of linux/ppc64le", true)]
    [InlineData(null, "this machine can run none of linux/arm64", false)]
    public void It_counts_only_while_it_is_one(string? defined, string recorded, bool counts)
    {
        var options = new DeliveryOptions { Root = "/", Artifacts = "/", Images = [new("app") { Dockerfile = "Dockerfile", SmokeTest = new() { SkippedBecause = defined } }, new("other") { Dockerfile = "Dockerfile", SmokeTest = new() { SkippedBecause = "it ends" } }] };
        var policy = DeparturePolicy.Of(new DeliveryContext(options, TestContext.Current.CancellationToken), Destination.Parse("ghcr.io/octo"));
        var record = new PublishRecord
        {
            Image = "app",
            Digest = Image,
            Repository = "ghcr.io/octo/app",
            Version = "1.2.3",
            Revision = "abc",
            Platforms = [new PublishedPlatform(Platform.LinuxPpc64le, Image, 1)],
            NotSmokeTested = recorded,
            Steps = Enum.GetValues<PublishStep>().Except([PublishStep.SmokeTest, PublishStep.Scan]).ToDictionary(x => x, _ => new StepResult(DateTimeOffset.UnixEpoch, 1, "done")),
        };

        Assert.Equal(counts, !policy.OpenBeforeTags(record).Contains(PublishStep.SmokeTest));
        var error = Record.Exception(() => policy.EnsureFoundWasStarted(ImageReference.Parse("127.0.0.1:5600/app").WithDigest(Image), record));
        Assert.Equal(counts, error is null);
        if (error is not null) Assert.Contains("has not passed a smoke test", error.Message, StringComparison.Ordinal);
    }
}
