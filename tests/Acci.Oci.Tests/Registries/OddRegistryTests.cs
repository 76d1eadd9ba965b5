using System.Collections.Concurrent;
using System.Text;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;

namespace Acci.Oci.Tests.Registries;

/// <summary>Registries that do one thing otherwise: what a publish does with them ends right, or with one line that says what is wrong.</summary>
public sealed class OddRegistryTests : IDisposable
{
    private const string Note = "application/vnd.example.note";
    private static readonly string[] Tags = ["1", "1.2", "1.2.3", "latest", "main"];

    private static readonly Dictionary<Oddity, string> Refusals = new()
    {
        [Oddity.LaterPageMissing] = "the list of the tags of app breaks off: ",
        [Oddity.PageNamesItself] = "names a page as the next one that was read before",
        [Oddity.FinishLost] = "as one does whose replicas have no secret in common",
        [Oddity.FinishDamaged] = "failed: the blob arrived damaged",
        [Oddity.TagIsImage] = "is no list of referrers and stays as it is",
        [Oddity.TagIsNoJson] = "is no list of referrers and stays as it is",
        [Oddity.NoChallenge] = "does not say how to log in (401 Unauthorized, no WWW-Authenticate header), so no credentials were sent",
        [Oddity.OtherContentType] = "and it was found as 'application/vnd.docker.distribution.manifest",
        [Oddity.IndexAndImage] = "is an index and an image manifest at once",
        [Oddity.TagsImmutable] = "(409 Conflict: TAG_IMMUTABLE: odd)",
    };

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<string> _warnings = [];

    public static TheoryData<Oddity> All => [.. Enum.GetValues<Oddity>()];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(All))]
    public async Task What_is_odd_ends_right_or_with_one_clear_line(Oddity oddity)
    {
        await using var server = await OddRegistry.StartAsync(oddity);
        var layout = await LayoutBuilder.WriteAsync(_folder.Path, 150_000, 100_000);
        using var registry = Connect(server);
        if (!Refusals.TryGetValue(oddity, out var refusal))
        {
            await PublishAsync(server, registry, layout, oddity == Oddity.NoLink ? 2 : 1000);
        }
        else
        {
            var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => PublishAsync(server, registry, layout, 1000));

            Assert.Contains(refusal, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }

        var tag = $"{server.Domain}/app:sha256-{layout.Root.Digest.Hex}";
        var warning = oddity switch
        {
            Oddity.Warns => $"{server.Domain} warns: say \"goodbye\" to this registry",
            Oddity.TagIsImage or Oddity.TagIsNoJson =>
                $"{tag} is no list of referrers, so none are found. Delete this tag if nothing else needs it.",
            _ => null,
        };
        Assert.Equal(warning is null ? [] : [warning], _warnings);
    }

    [Fact]
    public async Task A_registry_that_loses_every_second_chunk_gets_the_blob_whole_after_two_losses()
    {
        await using var server = await OddRegistry.StartAsync(Oddity.SecondChunkLost);
        var layout = await LayoutBuilder.WriteAsync(_folder.Path, 150_000);
        using var registry = Connect(server);

        await registry.PushAsync(layout, ImageReference.Parse($"{server.Domain}/app"), cancellationToken: Cancellation);

        Assert.Equal(4, server.Requests.Count(x => x.StartsWith("PATCH", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(Oddity.MountIsBad)]
    [InlineData(Oddity.MountNotAllowed)]
    [InlineData(Oddity.MountFails)]
    [InlineData(Oddity.MountSaysNoPlace)]
    public async Task A_registry_that_does_not_mount_is_asked_once(Oddity oddity)
    {
        await using var server = await OddRegistry.StartAsync(oddity);
        var layout = await LayoutBuilder.WriteAsync(_folder.Path, 50_000, 60_000, 70_000);
        using var registry = Connect(server);
        await registry.PushAsync(layout, ImageReference.Parse($"{server.Domain}/base"), cancellationToken: Cancellation);
        foreach (var name in new[] { "app", "other" }) await registry.PushAsync(layout, ImageReference.Parse($"{server.Domain}/{name}"), cancellationToken: Cancellation);

        // Several blobs are on their way at once.
        Assert.InRange(server.Requests.Count(x => x.Contains("mount=", StringComparison.Ordinal)), 1, 4);
    }

    [Fact]
    public async Task What_a_list_names_by_an_algorithm_that_is_not_known_here_stays_in_it()
    {
        const string foreign = "blake3:af1349b9f5f9a1a6a0404dea36dcc949";
        await using var server = await OddRegistry.StartAsync(Oddity.NoReferrersApi);
        using var registry = Connect(server);
        var app = ImageReference.Parse($"{server.Domain}/app");
        var image = app.WithDigest((await registry.PushAsync(await LayoutBuilder.WriteAsync(_folder.Path, 50, 60, 70), app, cancellationToken: Cancellation)).Digest);
        var list = $$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.ImageIndex}}","manifests":[{"mediaType":"{{MediaTypes.ImageManifest}}","digest":"{{foreign}}","size":2,"artifactType":"a/b"}]}
            """;
        await registry.PutTagAsync(app, image.Digest!.Value.Tag, Manifest.Parse(Encoding.UTF8.GetBytes(list), MediaTypes.ImageIndex, "test"), Cancellation);

        await registry.PutNoteAsync(image, Note, new Dictionary<string, string> { ["note"] = "kept" }, Cancellation);

        var listed = await registry.GetManifestAsync(app.WithTag(image.Digest!.Value.Tag), Cancellation);
        Assert.Equal(2, listed.Manifests.Count);
        Assert.Equal(foreign, $"{listed.Manifests[0].Digest}");
    }

    // Push, tags, list, referrers, copy and deletion, as the verbs do them.
    private static async Task PublishAsync(OddRegistry server, OciRegistry registry, OciLayout layout, int pageSize)
    {
        var (app, promoted) = (ImageReference.Parse($"{server.Domain}/app"), ImageReference.Parse($"{server.Domain}/promoted"));
        Assert.Empty(await registry.ListTagsAsync(app, pageSize, Cancellation).ToListAsync(Cancellation));
        Assert.Null(await registry.FindAsync(app.WithTag("1"), Cancellation));
        await registry.PushAsync(layout, ImageReference.Parse($"{server.Domain}/base"), cancellationToken: Cancellation);
        var digest = (await registry.PushAsync(layout, app, cancellationToken: Cancellation)).Digest;
        var image = app.WithDigest(digest);
        var found = await registry.ResolveAsync(image, Cancellation);
        Assert.Equal((layout.Root.MediaType, digest, layout.Root.Size), (found.MediaType, found.Digest, found.Size));

        foreach (var tag in Tags) await registry.PutTagAsync(app, tag, digest, Cancellation);
        Assert.Equal(Tags, await registry.ListTagsAsync(app, pageSize, Cancellation).ToListAsync(Cancellation));
        var root = await registry.GetManifestAsync(app.WithTag("1.2.3"), Cancellation);
        Assert.Equal(digest, root.Digest);
        Assert.Null(await registry.FindMissingPartAsync(app, root, Cancellation));

        Assert.Empty(await registry.ListReferrersAsync(image, cancellationToken: Cancellation));
        await registry.PutNoteAsync(image, Note, new Dictionary<string, string> { ["note"] = "kept" }, Cancellation);
        Assert.Equal(Note, Assert.Single(await registry.ListReferrersAsync(image, Note, Cancellation)).ArtifactType);
        await registry.CompleteReferrersAsync(image, Cancellation);

        var copy = await registry.CopyAsync(app.WithTag("1.2.3"), registry, promoted, leftOut: [], cancellationToken: Cancellation);
        Assert.Equal((digest, 0), (copy.Digest, copy.PassedOver.Count));
        Assert.Single(await registry.ListReferrersAsync(promoted.WithDigest(digest), Note, Cancellation));

        await registry.PutTagAsync(app, "latest", root.Manifests[0].Digest, Cancellation);
        Assert.Equal(root.Manifests[0].Digest, (await registry.ResolveAsync(app.WithTag("latest"), Cancellation)).Digest);
        var gone = await registry.TryDeleteTagAsync(app, "main", Cancellation);
        Assert.Equal(!gone, await registry.FindAsync(app.WithTag("main"), Cancellation) is not null);
    }

    private OciRegistry Connect(OddRegistry server) => new(server.Domain, new RegistryOptions
    {
        Credentials = new Credentials("ada", "secret"),
        Retry = new RetryOptions { Budget = TimeSpan.FromMinutes(1), Time = new TestClock() },
        // One blob goes up in chunks, the other whole, and both in parts that are announced before they are sent.
        WholeBlobLimit = 120_000,
        ChunkSize = 70_000,
        MountFrom = ["base"],
        Warn = _warnings.Enqueue,
    });
}
