using System.Text.Json.Nodes;
using Acci.Delivery.Publishing;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>This machine's registry has the images of all repositories here, and two may have one name: a dry run says what the run would refuse.</summary>
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
    [InlineData("https://github.com/octo/app.git", true)]
    [InlineData("https://github.com/other/app", false)]
    public async Task A_dry_run_refuses_to_take_a_tag_from_another_repository_s_image(string source, bool moves)
    {
        var repository = ImageReference.Parse($"{server.Domain}/{_owner}/app");
        using var registry = server.Connect();
        var folder = Path.Combine(_checkout.Directory, "artifacts", "theirs");
        await LayoutBuilder.WriteAttestedAsync(folder, annotations: new JsonObject { ["org.opencontainers.image.source"] = source });
        var pushed = await registry.PushAsync(await Acci.Oci.Layouts.OciLayout.OpenAsync(folder, Cancellation), repository, null, Cancellation);
        await registry.PutTagAsync(repository, "main", pushed.Digest, Cancellation);
        using var context = new DeliveryContext(
            new DeliveryOptions
            {
                Root = _checkout.Directory,
                Artifacts = Path.Combine(_checkout.Directory, "artifacts"),
                Images = [new("app") { Dockerfile = "Dockerfile" }],
                Registry = $"{server.Domain}/{_owner}",
            },
            Cancellation)
        { Environment = TestEnvironment.OutsideWorkflows };

        var problem = await Record.ExceptionAsync(new TagImages(context, _ => Task.CompletedTask).PlanAsync);

        Assert.Equal(moves ? null : $"{repository}:main is an image of {source}, and this one is of https://github.com/octo/app: no tag moves. ", problem?.Message.Split("Give")[0]);
    }
}
