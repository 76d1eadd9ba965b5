using System.Text.Json.Nodes;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Publishing;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>Two publishes at the same time, in whose tags the list of versions shows no order: the newer image has the tag in the end.</summary>
public sealed class ConcurrentPublishTests(RegistryServer server) : IClassFixture<RegistryServer>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, int> Looks => new(from kind in (string[])["sha", "counted"] from look in Enumerable.Range(1, 4) select (kind, look));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task A_tag_that_an_older_image_gets_before_the_last_look_is_taken_back(string kind, int look)
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = new OciRegistry(proxy.Domain);
        using var direct = server.Connect();
        var repository = proxy.NewRepository();
        var behind = Behind(repository);
        await direct.PutTagAsync(behind, "latest", await PushAsync(direct, behind, kind, 0), Cancellation);
        var (older, own) = (await PushAsync(direct, behind, kind, 1), await PushAsync(direct, behind, kind, 2));
        var plan = await DecideAsync(registry, repository, own, kind, 2);
        var (isWritten, looks) = (false, 0);
        proxy.Decide = request =>
        {
            if (!request.Path.EndsWith("/manifests/latest", StringComparison.Ordinal)) return null;
            isWritten |= request.Method == "PUT";
            if (isWritten && request.Method != "PUT" && ++looks == look) direct.PutTagAsync(behind, "latest", older, Cancellation).GetAwaiter().GetResult();
            return null;
        };

        await new TagTransaction(registry) { IsTrustedAsync = _ => Task.FromResult(true) }.RunAsync([plan], Cancellation);

        if (looks >= look) Assert.Equal(own, (await direct.ResolveAsync(behind.WithTag("latest"), Cancellation)).Digest);
    }

    [Theory]
    [InlineData("main", "counted")]
    [InlineData("latest", "counted")]
    [InlineData("latest", "sha")]
    public async Task A_write_that_the_registry_failed_is_not_sent_again_over_what_was_published_meanwhile(string tag, string kind)
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var registry = new OciRegistry(proxy.Domain);
        using var direct = server.Connect();
        var repository = proxy.NewRepository();
        var behind = Behind(repository);
        var before = await PushAsync(direct, behind, kind, 0);
        foreach (var there in (string[])["latest", "main"]) await direct.PutTagAsync(behind, there, before, Cancellation);
        var (own, next) = (await PushAsync(direct, behind, kind, 1), await PushAsync(direct, behind, kind, 2));
        var plan = await DecideAsync(registry, repository, own, kind, 1);
        var isPublished = false;
        proxy.Decide = request =>
        {
            if (isPublished || request.Method != "PUT" || !request.Path.EndsWith($"/manifests/{tag}", StringComparison.Ordinal)) return null;
            isPublished = true;
            Task.Run(async () => await TransactionOf(direct, behind, before).RunAsync([await DecideAsync(direct, behind, next, kind, 2)], Cancellation)).GetAwaiter().GetResult();
            return new NetworkFault.Answer(503);
        };

        var writes = await TransactionOf(registry, repository, before).RunAsync([plan], Cancellation);

        Assert.True(isPublished);
        Assert.Equal(next, (await direct.ResolveAsync(behind.WithTag(tag), Cancellation)).Digest);
        Assert.True(writes.Single(write => write.Tag.Tag == tag).IsLost);
    }

    private ImageReference Behind(ImageReference repository) => ImageReference.Parse($"{server.Domain}/{repository.Path}");

    private static TagTransaction TransactionOf(OciRegistry registry, ImageReference repository, Digest atStart) => new(registry)
    {
        AtStart = new Dictionary<ImageReference, Digest?> { [repository.WithTag("latest")] = atStart, [repository.WithTag("main")] = atStart },
        IsTrustedAsync = _ => Task.FromResult(true),
    };

    private async Task<Digest> PushAsync(OciRegistry registry, ImageReference repository, string kind, int number)
    {
        var annotations = new JsonObject
        {
            ["org.opencontainers.image.revision"] = CommitOf(number),
            ["org.opencontainers.image.version"] = VersionOf(kind, number),
            ["org.opencontainers.image.created"] = $"2026-01-0{number + 1}T00:00:00Z",
        };
        var layout = await LayoutBuilder.WriteAttestedAsync(_folder.Combine($"{Guid.NewGuid():n}"), $"{Guid.NewGuid()}", annotations);
        return (await registry.PushAsync(layout, repository, cancellationToken: Cancellation)).Digest;
    }

    private static Task<TagPlan> DecideAsync(OciRegistry registry, ImageReference repository, Digest image, string kind, int number)
    {
        var version = ImageVersion.Parse(VersionOf(kind, number));
        var succession = new Succession(
            new ImageOrigin(version, CommitOf(number)), (ancestor, commit) => Task.FromResult<bool?>(string.CompareOrdinal(ancestor, commit) <= 0));
        string[] tags = kind == "counted" ? ["main", "latest"] : [$"sha-{number}", "latest"];
        return TagPlan.DecideAsync(
            registry, repository, image, tags, new FloatingTags { Version = version, IsCounted = version.IsCounted }, succession, Cancellation);
    }

    private static string CommitOf(int number) => new((char)('1' + number), 40);

    private static string VersionOf(string kind, int number) => kind == "counted" ? $"2.0.1-alpha.0.{number}" : $"1.{number}.0";
}
