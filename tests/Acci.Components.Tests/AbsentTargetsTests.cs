using Acci.Delivery.Images;

namespace Acci.Components.Tests;

/// <summary>What a build that takes components singly is told of targets that it does not have.</summary>
public sealed class AbsentTargetsTests
{
    [Theory]
    [InlineData("There is no images.lock.json: UpdateLocks writes it", "UpdateLocks", "IUpdateLocks")]
    [InlineData("The image is not published. Run Publish first.", "Publish", "IPublishImages")]
    [InlineData("Run ./build.sh Publish, or name an image by its digest.", "Publish", "IPublishImages")]
    [InlineData("run SignImages, which pushes it, or Publish as a whole", "SignImages and no Publish", "ISignImages and IPublishImages")]
    public void The_component_that_has_the_target_is_named(string message, string targets, string components) =>
        Assert.Equal($"{message} (This build has no {targets}: add {components} to its class.)", new AbsentTargets(typeof(Alone)).Explained(message));

    [Theory]
    [InlineData("Run BuildImages again.")]
    [InlineData("Publish what was merged.")]
    [InlineData("GitHub answers 503: DockerHub and UpdateLocksmith are away")]
    public void What_it_has_and_what_is_no_target_is_left_as_it_is(string message) => Assert.Equal(message, new AbsentTargets(typeof(Alone)).Explained(message));

    [Fact]
    public void A_build_that_has_all_of_them_is_told_nothing() =>
        Assert.Equal("Run Publish first.", new AbsentTargets(typeof(Whole)).Explained("Run Publish first."));

    private abstract class Alone : DeliveryBuild, IBuildImages
    {
        public abstract IEnumerable<ImageDefinition> Images { get; }
    }

    private abstract class Whole : DeliveryBuild, IPublishImages
    {
        public abstract IEnumerable<ImageDefinition> Images { get; }
    }
}
