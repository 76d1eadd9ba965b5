using Acci.Delivery.Images;
using Acci.Oci;

namespace Acci.Delivery.Tests.Images;

public sealed class ImageDefinitionTests
{
    [Theory]
    [InlineData("acci")]
    [InlineData("acci-worker")]
    [InlineData("acci_2")]
    public void A_name_serves_for_a_repository_and_a_bake_target(string name)
    {
        var image = new ImageDefinition(name) { Dockerfile = "Dockerfile" };
        Assert.Equal($"ghcr.io/owner/{name}", ImageReference.Parse($"ghcr.io/owner/{image.Name}").Repository);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Acci")]
    [InlineData("acci.worker")]
    [InlineData("acci/worker")]
    [InlineData("-acci")]
    [InlineData("acci\n")]
    // Bake's group of all images.
    [InlineData("default")]
    public void A_name_that_serves_for_only_one_of_them_is_refused(string name)
    {
        var error = Assert.Throws<DeliveryException>(() => new ImageDefinition(name) { Dockerfile = "Dockerfile" });
        Assert.StartsWith($"'{name}' is not an image name", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a=b")]
    [InlineData("index:a=b")]
    public void A_label_or_annotation_that_buildx_would_read_as_another_is_refused(string name)
    {
        var remarks = new Dictionary<string, string> { [name] = "x" };

        Assert.Contains("cannot be the name of a label", Assert.Throws<DeliveryException>(() => new ImageDefinition("app") { Labels = remarks }).Message, StringComparison.Ordinal);
        Assert.Throws<DeliveryException>(() => new ImageDefinition("app") { Annotations = remarks });
    }

    [Fact]
    public void Two_images_of_one_name_are_refused_before_either_takes_the_other_s_place()
    {
        var image = new ImageDefinition("shop") { Dockerfile = "Dockerfile" };

        var failure = Assert.Throws<DeliveryException>(() => new DeliveryOptions { Root = "/", Artifacts = "/", Images = [image, new("worker"), image with { Dockerfile = "other" }] });

        Assert.Equal("2 images are called 'shop': give each image of the build a name of its own.", failure.Message);
    }

    [Fact]
    public void A_Dockerfile_that_is_not_named_is_in_the_image_s_own_folder()
    {
        var layout = new RepositoryLayout { Images = "docker" };

        Assert.Equal("docker/shop/Dockerfile", layout.WithDockerfile(new ImageDefinition("shop")).Dockerfile);
        Assert.Equal("src/Dockerfile", layout.WithDockerfile(new ImageDefinition("shop") { Dockerfile = "src/Dockerfile" }).Dockerfile);
    }

    [Theory]
    [InlineData("src\\Shop\\Dockerfile", ".", "src/Shop/Dockerfile", ".")]
    [InlineData("ROOT/src/Shop/Dockerfile", "ROOT/src", "src/Shop/Dockerfile", "src")]
    [InlineData("ROOT/Dockerfile", "ROOT", "Dockerfile", ".")]
    [InlineData("src/Dockerfile", "src\\Shop", "src/Dockerfile", "src/Shop")]
    public void Paths_of_an_image_are_relative_to_the_root_however_they_are_written(string dockerfile, string context, string placed, string placedContext)
    {
        var root = Path.GetFullPath("/checkout");

        var image = RepositoryLayout.Place(
            new ImageDefinition("shop") { Dockerfile = dockerfile.Replace("ROOT", root, StringComparison.Ordinal), Context = context.Replace("ROOT", root, StringComparison.Ordinal) }, root);

        Assert.Equal((placed, placedContext), (image.Dockerfile, image.Context));
    }

    [Fact]
    public void Folders_of_a_layout_are_relative_and_have_slashes()
    {
        var layout = new RepositoryLayout { Locks = "build\\locks\\", Images = "ops/images/", Projects = ["src\\apps"], BuildProject = "eng\\own.csproj" };

        Assert.Equal("build/locks/images.json", layout.ImageLocks);
        Assert.Equal("ops/images/shop/Dockerfile", layout.WithDockerfile(new ImageDefinition("shop")).Dockerfile);
        Assert.Equal(["src/apps"], layout.Projects);
        Assert.Equal("eng/completions", layout.BesideBuild("completions"));
        Assert.Equal(".", new RepositoryLayout { Compose = "" }.Compose);
        Assert.Throws<DeliveryException>(() => new RepositoryLayout { Compose = "\\ops" });
        Assert.StartsWith("'/ops' is no folder of a RepositoryLayout", Assert.Throws<DeliveryException>(() => new RepositoryLayout { Compose = "/ops" }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Both_platforms_that_are_published_are_built_unless_others_are_named() =>
        Assert.Equal(["linux/amd64", "linux/ppc64le"], new ImageDefinition("acci") { Dockerfile = "Dockerfile" }.Platforms.Select(platform => platform.ToString()));
}
