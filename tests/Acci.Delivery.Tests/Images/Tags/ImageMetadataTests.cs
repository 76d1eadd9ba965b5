using Acci.Delivery.Images.Tags;

namespace Acci.Delivery.Tests.Images.Tags;

public sealed class ImageMetadataTests
{
    private static readonly BuildFacts Release = new()
    {
        Ref = "refs/tags/v1.2.3",
        Repository = new RepositoryFacts { Name = "acci", Url = "https://github.com/owner/acci", License = "MIT" },
    };

    [Theory]
    [InlineData("owner/app", "owner/app")]
    [InlineData("owner/app,ghcr.io/Owner/App", "owner/app ghcr.io/owner/app")]
    [InlineData("name=owner/app\nname=ghcr.io/owner/app,enable=false\n# a remark\nquay.io/owner/app", "owner/app quay.io/owner/app")]
    [InlineData("", "")]
    public void Names_are_read_as_the_action_reads_them(string images, string expected) => Assert.Equal(expected, string.Join(' ', ImageNames.Parse(images)));

    [Theory]
    [InlineData("name=owner/app,enable=yes", "In the image 'name=owner/app,enable=yes', enable is 'yes' and must be true or false.")]
    [InlineData("image=owner/app", "In the image 'image=owner/app', 'image' is no attribute; there are name and enable.")]
    [InlineData("name=,enable=true", "The image 'name=,enable=true' has no name.")]
    [InlineData("owner/app:1", "The image 'owner/app:1' has a tag or a digest; tags come from the rules.")]
    public void A_name_that_breaks_the_syntax_is_an_error_that_says_how(string images, string message) =>
        Assert.Equal(message, Assert.Throws<DeliveryException>(() => ImageNames.Parse(images)).Message);

    [Fact]
    public void Every_image_gets_every_tag_and_without_images_the_tags_stand_alone()
    {
        Assert.Equal(
            ["a/b:v1.2.3", "a/b:latest", "ghcr.io/a/b:v1.2.3", "ghcr.io/a/b:latest"],
            ImageMetadata.Create(Release, new TagRules(), ImageNames.Parse("a/b", "ghcr.io/a/b")).Tags);
        Assert.Equal(["v1.2.3", "latest"], ImageMetadata.Create(Release, new TagRules(), []).Tags);
    }

    [Fact]
    public void Own_labels_win_and_may_have_expressions_and_equals_signs_in_them()
    {
        var metadata = ImageMetadata.Create(Release, new TagRules(), [], ["org.opencontainers.image.title=ACCI {{tag}}", "query=a=b"], ["note=only here"]);
        Assert.Equal("ACCI v1.2.3", metadata.Labels["org.opencontainers.image.title"]);
        Assert.Equal("a=b", metadata.Labels["query"]);
        Assert.Equal("MIT", metadata.Labels["org.opencontainers.image.licenses"]);
        Assert.Equal("acci", metadata.Annotations["org.opencontainers.image.title"]);
        Assert.Equal("only here", metadata.Annotations["note"]);
    }

    [Fact]
    public void A_label_without_a_value_is_left_out_and_warned_about()
    {
        var metadata = ImageMetadata.Create(Release, new TagRules(), [], ["maintainer"]);
        Assert.DoesNotContain("maintainer", metadata.Labels.Keys);
        Assert.Equal(["The label 'maintainer' has no value and is left out; write key=value."], metadata.TagSet.Warnings);
    }
}
