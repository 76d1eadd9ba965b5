using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Locks;
using Acci.Delivery.Scanning;
using Acci.Generation;
using Acci.Generation.Workflows;
using Acci.Oci;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Delivery.Tests.Locks;

public sealed class FirstPinsTests : IDisposable
{
    private static readonly ImageReference Base = ImageReference.Parse("registry.example.com/base:1");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Without_lock_files_nothing_is_pinned()
    {
        Assert.Null(ImageLocks.Read(_folder.Combine("images.json")).DigestOf(Base));
        Assert.Null(ToolLocks.Read(_folder.Combine("tools.json")).Trivy);
        var actions = ActionLocks.Read(_folder.Combine("actions.json"));
        Assert.Empty(actions.All);
        Assert.Contains("run UpdateLocks", Assert.Throws<GenerationException>(() => actions["octo/action"]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_images_are_built_from_is_added_to_what_is_pinned()
    {
        var digest = Digest.Of("pinned"u8);
        var file = _folder.Combine("images.json");
        File.WriteAllText(file, $$"""{ "z.example.com/mine:1": "{{digest}}" }""");
        var image = new ImageDefinition("app") { Dockerfile = "Dockerfile", BaseImages = [new(Base)] };

        var pins = ImageLocks.Read(file).With(FirstPins.ImagesOf([image]));

        Assert.Equal(digest, pins[ImageReference.Parse("z.example.com/mine:1")]);
        Assert.All([Base, RegistryContainer.Image, DockerEngine.BuilderImage], reference => Assert.Null(Assert.Contains(reference, pins)));
    }

    [Fact]
    public async Task Images_are_pinned_without_GitHub_where_nothing_of_GitHub_is_pinned_yet()
    {
        var context = new DeliveryContext(new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Path, Images = [] }, TestContext.Current.CancellationToken);
        var update = new UpdateLocks(context, TimeSpan.Zero, _ => { });
        var changes = new List<LockChange>();
        File.WriteAllText(_folder.Combine("pinned.json"), "{ \"octo/action\": null }");

        var (actions, tools) = await update.AskGitHubAsync(ActionLocks.Read(_folder.Combine("none.json")), new ToolLocks(), changes);

        Assert.Empty(actions);
        Assert.Null(tools.Trivy);
        Assert.StartsWith("trivy: stays at no version: github.com is to be asked", Assert.Single(changes).ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<DeliveryException>(() => update.AskGitHubAsync(ActionLocks.Read(_folder.Combine("pinned.json")), new ToolLocks(), []));
    }

    [Fact]
    public async Task Images_are_pinned_before_GitHub_is_asked_for_the_rest()
    {
        var digest = Digest.Of("new"u8);
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.ContentType = "application/vnd.oci.image.index.v1+json";
            context.Response.Headers["Docker-Content-Digest"] = digest.ToString();
            context.Response.ContentLength = 2;
            return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync("{}");
        });
        var image = ImageReference.Parse($"{server.Domain}/mine:1");
        var options = new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Path, Images = [] };
        Directory.CreateDirectory(options.PathOf(options.Layout.Locks));
        File.WriteAllText(options.PathOf(options.Layout.ImageLocks), $$"""{ "{{image}}": "{{Digest.Of("old"u8)}}" }""");
        File.WriteAllText(options.PathOf(options.Layout.ActionLocks), "{ \"octo/action\": null }");
        var changes = new List<LockChange>();

        var update = new UpdateLocks(new DeliveryContext(options, TestContext.Current.CancellationToken), TimeSpan.Zero, changes.AddRange);
        var failure = await Assert.ThrowsAnyAsync<DeliveryException>(update.RunAsync);

        Assert.StartsWith("github.com is to be asked", failure.Message, StringComparison.Ordinal);
        Assert.Equal(digest, ImageLocks.Read(options.PathOf(options.Layout.ImageLocks)).DigestOf(image));
        Assert.Contains(changes, x => x.IsChange && x.Name == image.ToString());
    }

    [Fact]
    public void An_action_without_a_version_is_written_as_it_is_read()
    {
        var file = _folder.Combine("actions.json");
        File.WriteAllText(file, "{ \"octo/action\": null }");

        var locks = ActionLocks.Read(file);

        Assert.Equal(["octo/action"], locks.Unpinned);
        Assert.Equal("{\n  \"octo/action\": null\n}\n", ActionLocks.ToJson(locks.All, locks.Unpinned));
    }
}
