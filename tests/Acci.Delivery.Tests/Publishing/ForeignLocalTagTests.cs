using System.Text.Json.Nodes;
using Acci.Delivery.Publishing;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>
/// This machine's registry has the images of all repositories here, and two may have one name: a tag is not taken from another repository's image,
/// and that is said before anything is built.
/// </summary>
public sealed class ForeignLocalTagTests(RegistryServer server) : IClassFixture<RegistryServer>, IAsyncLifetime
{
    private readonly TemporaryRepository _checkout = new();
    private readonly string _owner = $"owner-{Guid.NewGuid():n}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        await _checkout.Run("git init --quiet --initial-branch main", "git remote add origin https://github.com/octo/app", "git commit --quiet --allow-empty --message one");

    public ValueTask DisposeAsync()
    {
        _checkout.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("https://github.com/octo/app.git", false, true)]
    [InlineData("https://github.com/other/app", false, false)]
    [InlineData("https://github.com/other/app", true, true)]
    public async Task A_dry_run_and_a_publish_before_it_builds_refuse_to_take_a_tag_from_another_repository_s_image(string source, bool replaces, bool moves)
    {
        await PushAsync("theirs", source, "main");
        using var context = ContextOf(x => x with { ReplaceVersion = replaces });

        var planned = await Record.ExceptionAsync(new TagImages(context, _ => Task.CompletedTask).PlanAsync);
        var begun = await Record.ExceptionAsync(context.TagsAtStartAsync);

        Assert.Equal(moves ? null : $"{Repository}:main is an image of {source}, and this one is of https://github.com/octo/app: no tag moves. ", planned?.Message.Split("Give")[0]);
        Assert.Equal(planned?.Message, begun?.Message);
    }

    [Theory]
    [InlineData("https://github.com/octo/app.git", false, true)]
    [InlineData("https://github.com/other/app", false, false)]
    [InlineData("https://github.com/other/app", true, true)]
    public async Task So_does_a_promotion(string source, bool replaces, bool moves)
    {
        await PushAsync("theirs", source, "beta");
        await PushAsync("own", "https://github.com/octo/app", "main");
        using var context = ContextOf(x => x);

        var problem = await Record.ExceptionAsync(new PromoteImages(context, new Promotion { From = "main", To = ["beta"], ReplaceVersion = replaces }).PlanAsync);

        Assert.Equal(moves, problem is null);
        if (!moves) Assert.EndsWith("or replace the other one's tags with --promote-replace-version.", problem!.Message, StringComparison.Ordinal);
    }

    private ImageReference Repository => ImageReference.Parse($"{server.Domain}/{_owner}/app");

    private async Task PushAsync(string name, string source, string tag)
    {
        using var registry = server.Connect();
        var folder = Path.Combine(_checkout.Directory, "artifacts", name);
        await LayoutBuilder.WriteAttestedAsync(folder, name, annotations: new JsonObject { ["org.opencontainers.image.source"] = source });
        var pushed = await registry.PushAsync(await Acci.Oci.Layouts.OciLayout.OpenAsync(folder, Cancellation), Repository, null, Cancellation);
        await registry.PutTagAsync(Repository, tag, pushed.Digest, Cancellation);
    }

    private DeliveryContext ContextOf(Func<DeliveryOptions, DeliveryOptions> with) => new(
        with(new DeliveryOptions
        {
            Root = _checkout.Directory,
            Artifacts = Path.Combine(_checkout.Directory, "artifacts"),
            Images = [new("app") { Dockerfile = "Dockerfile" }],
            Registry = $"{server.Domain}/{_owner}",
        }),
        Cancellation)
    { Environment = TestEnvironment.OutsideWorkflows };
}
