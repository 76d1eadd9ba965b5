using Acci.Delivery.Scanning;
using Acci.Testing;

namespace Acci.Delivery.Tests.Scanning;

/// <summary>Which of the published images is scanned again where nobody names one.</summary>
[Collection(nameof(AlteredLog))]
public sealed class PublishedVersionTests(RegistryServer server) : IClassFixture<RegistryServer>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1.2.3-alpine sha-1", "1.2.3-alpine")]
    [InlineData("1.10.0-alpine 1.9.0-alpine 1.2", "1.10.0-alpine")]
    [InlineData("v2.0.0 1.9.0", "v2.0.0")]
    [InlineData("latest 2.0.0", "latest")]
    [InlineData("sha-1", null)]
    public async Task It_is_the_newest_version_where_there_is_no_latest(string tags, string? scanned)
    {
        var repository = server.NewRepository();
        using var registry = server.Connect();
        var layout = await LayoutBuilder.WriteAttestedAsync(_folder.Combine("layout"));
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        foreach (var tag in tags.Split(' ')) await registry.PutTagAsync(repository, tag, layout.Root.Digest, Cancellation);
        var (owner, name) = (repository.Repository[..repository.Repository.LastIndexOf('/')], repository.Path.Split('/')[^1]);
        using var context = new DeliveryContext(
            new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), Images = [new(name) { Dockerfile = "Dockerfile" }], Registry = owner }, Cancellation)
        { Environment = TestEnvironment.OutsideWorkflows };
        using var log = new AlteredLog();

        var problem = await Record.ExceptionAsync(new RescanImages(context).PlanAsync);

        Assert.Equal(scanned is null ? "Nothing is published that could be scanned: name it with --scan-image." : null, problem?.Message);
        if (scanned is not null) Assert.Contains(log.Said, x => x.Contains($"{repository}:{scanned}@{layout.Root.Digest}", StringComparison.Ordinal));
    }
}
