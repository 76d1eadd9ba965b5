using Acci.Delivery.Buildx;
using Acci.Delivery.Images;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Buildx;

public sealed class LooseBasesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("linux/arm64/v8")]
    [InlineData("linux/aarch64")]
    [InlineData("LINUX/arm64")]
    public void However_a_platform_is_written_its_base_image_keeps_its_pin(string platform) =>
        Assert.Empty(Loose("FROM ghcr.io/o/base:1", new BaseImage(ImageReference.Parse("ghcr.io/o/base:1")) { Platforms = [Platform.LinuxArm64] }, platform));

    [Theory]
    [InlineData("ghcr.io/o/base", "ghcr.io/o/base:latest")]
    [InlineData("docker.io/library/base:1", "base:1")]
    [InlineData("base:1", "index.docker.io/library/base:1")]
    public void However_its_name_is_written_it_is_one_of_the_base_images(string from, string named) =>
        Assert.Empty(Loose($"FROM {from}", new BaseImage(ImageReference.Parse(named)), "linux/amd64"));

    [Fact]
    public void A_FROM_that_nothing_stands_for_is_named_with_what_helps() => Assert.Equal(
        ["app: Dockerfile, line 1 takes ghcr.io/o/other:1 for linux/amd64 as its registry has it at that time: it is not among the image's BaseImages. Add it there to pin it and to take it from --image-mirror"],
        Loose("FROM ghcr.io/o/other:1", new BaseImage(ImageReference.Parse("ghcr.io/o/base:1")), "linux/amd64"));

    [Fact]
    public void A_base_image_of_other_platforms_is_named_with_what_helps() => Assert.Equal(
        ["app: Dockerfile, line 1 takes ghcr.io/o/base:1 for linux/s390x as its registry has it at that time: it is among the image's base images for other platforms. Add this one to its Platforms"],
        Loose("FROM ghcr.io/o/base:1", new BaseImage(ImageReference.Parse("ghcr.io/o/base:1")) { Platforms = [Platform.LinuxArm64] }, "linux/s390x"));

    [Theory]
    [InlineData("FROM scratch\nCOPY --from=ghcr.io/o/tools /tool /", "line 2 takes ghcr.io/o/tools")]
    [InlineData("FROM scratch\nRUN --mount=type=bind,from=ghcr.io/o/tools x", "line 2 takes ghcr.io/o/tools")]
    [InlineData("ARG V\nFROM ghcr.io/o/x:${V:+1}", "line 2 takes ghcr.io/o/x:${V:+1}")]
    public void What_is_copied_or_mounted_and_what_cannot_be_told_is_named_too(string text, string words) =>
        Assert.Contains(words, Assert.Single(Loose(text, null, "linux/amd64")), StringComparison.Ordinal);

    [Theory]
    [InlineData("FROM scratch")]
    [InlineData("FROM x@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("FROM x:")]
    [InlineData("FROM 0123456789012345678901234567890123456789012345678901234567890123")]
    public void What_follows_no_tag_is_not(string text) => Assert.Empty(Loose(text, null, "linux/amd64"));

    [Fact]
    public void Without_a_Dockerfile_there_is_nothing_to_name() => Assert.Empty(LooseBases.Of(new ImageDefinition("app") { Dockerfile = "none" }, _folder.Path));

    private List<string> Loose(string text, BaseImage? known, string platform)
    {
        File.WriteAllText(_folder.Combine("Dockerfile"), text);
        var image = new ImageDefinition("app") { Dockerfile = "Dockerfile", Platforms = [Platform.Parse(platform)], BaseImages = known is null ? [] : [known] };
        return [.. LooseBases.Of(image, _folder.Path)];
    }
}
