using System.Text.Json.Nodes;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Oci.Tests.Registries;

/// <summary>What refers to an image, and images that move with it from one registry to another.</summary>
public sealed class ReferrersTests(RegistryServer server) : IClassFixture<RegistryServer>, IDisposable
{
    private const string Signature = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private const string Sbom = "application/spdx+json";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Referrers_are_listed_under_the_tag_where_the_registry_has_no_API()
    {
        using var registry = server.Connect();
        var (repository, image) = await PushAsync(registry, server.NewRepository());

        Assert.Empty(await registry.ListReferrersAsync(image, cancellationToken: Cancellation));
        var signature = await ReferAsync(registry, repository, image.Digest!.Value, Signature);
        var sbom = await ReferAsync(registry, repository, image.Digest!.Value, Sbom);
        await ReferAsync(registry, repository, image.Digest!.Value, Sbom);

        Assert.Equal([signature, sbom], (await registry.ListReferrersAsync(image, cancellationToken: Cancellation)).Select(x => x.Digest));
        Assert.Equal([sbom], (await registry.ListReferrersAsync(image, Sbom, Cancellation)).Select(x => x.Digest));
        Assert.NotNull(await registry.FindAsync(repository.WithTag($"sha256-{image.Digest.Value.Hex}"), Cancellation));
    }

    [Fact]
    public async Task What_an_image_brings_along_about_itself_is_listed_after_its_push()
    {
        using var registry = server.Connect();
        var (repository, image) = await PushAsync(registry, server.NewRepository());
        var layout = await new LayoutBuilder(Directory.CreateDirectory(_folder.Combine("artifact")).FullName).WriteArtifactAsync(await registry.ResolveAsync(image, Cancellation), Sbom);

        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);

        Assert.Equal([layout.Root.Digest], (await registry.ListReferrersAsync(image, cancellationToken: Cancellation)).Select(x => x.Digest));
    }

    [Fact]
    public async Task Referrers_put_at_the_same_time_are_all_kept()
    {
        using var registry = server.Connect();
        var (repository, image) = await PushAsync(registry, server.NewRepository());

        var referrers = await Task.WhenAll(Enumerable.Range(0, 8).Select(x => ReferAsync(registry, repository, image.Digest!.Value, $"application/x{x}")));

        Assert.Equal(referrers.ToHashSet(), (await registry.ListReferrersAsync(image, cancellationToken: Cancellation)).Select(x => x.Digest).ToHashSet());
    }

    [Fact]
    public async Task Referrers_are_listed_by_the_API_where_there_is_one_page_by_page()
    {
        await using var api = await LoopbackServer.StartAsync(context =>
        {
            var second = context.Request.QueryString.HasValue;
            context.Response.ContentType = MediaTypes.ImageIndex;
            if (!second) context.Response.Headers.Link = $"<{context.Request.Path}?last=1>; rel=\"next\"";
            return context.Response.WriteAsync(new JsonObject
            {
                ["schemaVersion"] = 2,
                ["manifests"] = new JsonArray(new JsonObject
                {
                    ["mediaType"] = MediaTypes.ImageManifest,
                    ["digest"] = Digest.Of([second ? (byte)2 : (byte)1]).ToString(),
                    ["size"] = 1,
                    ["artifactType"] = second ? Sbom : Signature,
                }),
            }.ToJsonString());
        });
        using var registry = new OciRegistry(api.Domain);
        var image = ImageReference.Parse($"{api.Domain}/app").WithDigest(Digest.Of([]));

        Assert.Equal([Digest.Of([1]), Digest.Of([2])], (await registry.ListReferrersAsync(image, cancellationToken: Cancellation)).Select(x => x.Digest));
        Assert.Equal([Digest.Of([2])], (await registry.ListReferrersAsync(image, Sbom, Cancellation)).Select(x => x.Digest));
    }

    [Fact]
    public async Task Tags_are_listed_page_by_page()
    {
        await using var api = await LoopbackServer.StartAsync(context =>
        {
            var start = context.Request.Query["last"] is [{ } last] ? int.Parse(last, System.Globalization.CultureInfo.InvariantCulture) : 0;
            if (start < 4) context.Response.Headers.Link = $"</v2/app/tags/list?n=2&last={start + 2}>; rel=\"next\"";
            return context.Response.WriteAsync($$"""{"name":"app","tags":["{{start}}","{{start + 1}}"]}""");
        });
        using var registry = new OciRegistry(api.Domain);

        Assert.Equal(["0", "1", "2", "3", "4", "5"], await registry.ListTagsAsync(ImageReference.Parse($"{api.Domain}/app"), cancellationToken: Cancellation).ToListAsync(Cancellation));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_copy_has_the_same_digests_and_everything_that_refers_to_the_image(bool sameRegistry)
    {
        await using var other = new RegistryServer();
        if (!sameRegistry) await other.InitializeAsync();
        using var source = server.Connect();
        using var target = sameRegistry ? server.Connect() : other.Connect();
        var (repository, image) = await PushAsync(source, server.NewRepository());
        await source.PutTagAsync(repository, "1.2.3-rc.1", image.Digest!.Value, Cancellation);
        var sbom = await ReferAsync(source, repository, image.Digest!.Value, Sbom);
        var signatureOfSbom = await ReferAsync(source, repository, sbom, Signature);
        var platform = (await source.GetManifestAsync(image, Cancellation)).Manifests[0].Digest;
        var signatureOfPlatform = await ReferAsync(source, repository, platform, Signature);
        await source.PutTagAsync(repository, $"sha256-{platform.Hex}.sig", signatureOfPlatform, Cancellation);
        var copy = (sameRegistry ? server : other).NewRepository("promoted");

        var result = await source.CopyAsync(repository.WithTag("1.2.3-rc.1"), target, copy, leftOut: [], cancellationToken: Cancellation);

        Assert.Equal(image.Digest, result.Digest);
        Assert.Equal(sameRegistry ? (0, 11) : (11, 0), (result.BlobsSent, result.BlobsMounted));
        Assert.Null(await target.FindAsync(copy.WithTag("1.2.3-rc.1"), Cancellation));
        Assert.Equal([sbom], (await target.ListReferrersAsync(copy.WithDigest(result.Digest), cancellationToken: Cancellation)).Select(x => x.Digest));
        Assert.Equal([signatureOfSbom], (await target.ListReferrersAsync(copy.WithDigest(sbom), cancellationToken: Cancellation)).Select(x => x.Digest));
        Assert.Equal([signatureOfPlatform], (await target.ListReferrersAsync(copy.WithDigest(platform), cancellationToken: Cancellation)).Select(x => x.Digest));
        Assert.Equal(signatureOfPlatform, (await target.ResolveAsync(copy.WithTag($"sha256-{platform.Hex}.sig"), Cancellation)).Digest);
    }

    [Fact]
    public async Task A_copy_outlives_faults_of_the_registry_it_comes_from()
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var source = new OciRegistry(proxy.Domain, new RegistryOptions { Credentials = Credentials.None });
        using var target = server.Connect();
        var layout = await LayoutBuilder.WriteAsync(_folder.Path, 300_000, 200_000);
        var from = proxy.NewRepository();
        await source.PushAsync(layout, from, cancellationToken: Cancellation);
        var faults = new Queue<NetworkFault>([new NetworkFault.TruncateAnswer(1000), new NetworkFault.DamageAnswer(), new NetworkFault.Answer(503), new NetworkFault.Drop()]);
        proxy.Decide = x =>
        {
            lock (faults) return x.FetchesBlob && faults.TryDequeue(out var fault) ? fault : null;
        };
        var copy = server.NewRepository("copy");

        await source.CopyAsync(from.WithDigest(layout.Root.Digest), target, copy, leftOut: [], cancellationToken: Cancellation);

        Assert.Empty(faults);
        foreach (var blob in (await layout.ReadContentAsync(Cancellation)).Blobs) Assert.Equal(blob.Digest, Digest.Of(await target.ReadBlobAsync(copy, blob, Cancellation)));
    }

    [Theory]
    [InlineData("blob gone")]
    [InlineData("blob shorter")]
    [InlineData("blob longer")]
    [InlineData("manifest gone")]
    public async Task A_copy_goes_without_what_refers_to_the_image_and_is_damaged(string kind)
    {
        await using var other = new RegistryServer();
        await other.InitializeAsync();
        using var source = server.Connect();
        using var target = other.Connect();
        var (repository, image) = await PushAsync(source, server.NewRepository());
        var signature = await ReferAsync(source, repository, image.Digest!.Value, Signature);
        var damaged = await DamagedReferrer.PutAsync(source, image, kind, Signature, [], Cancellation);
        Assert.Equal([damaged, signature], (await source.ListReferrersAsync(image, cancellationToken: Cancellation)).Select(x => x.Digest));
        var copy = other.NewRepository();

        var result = await source.CopyAsync(image, target, copy, leftOut: [], cancellationToken: Cancellation);

        var listed = await target.ListReferrersAsync(copy.WithDigest(result.Digest), cancellationToken: Cancellation);
        Assert.Equal([signature], listed.Select(x => x.Digest));
        Assert.StartsWith($"{damaged}: ", Assert.Single(result.PassedOver), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_goes_without_what_refers_to_the_image_and_the_other_registry_refuses()
    {
        await using var other = new RegistryServer();
        await other.InitializeAsync();
        await using var proxy = await FaultProxy.StartAsync(other);
        using var source = server.Connect();
        using var target = new OciRegistry(proxy.Domain, new RegistryOptions { Credentials = Credentials.None });
        var (repository, image) = await PushAsync(source, server.NewRepository());
        var refused = await ReferAsync(source, repository, image.Digest!.Value, Sbom);
        var signature = await ReferAsync(source, repository, image.Digest!.Value, Signature);
        proxy.Decide = x => x.Method == "PUT" && x.Path.EndsWith($"{refused}", StringComparison.Ordinal) ? new NetworkFault.Answer(400) : null;
        var copy = proxy.NewRepository();

        var result = await source.CopyAsync(image, target, copy, leftOut: [], cancellationToken: Cancellation);

        var listed = await target.ListReferrersAsync(copy.WithDigest(result.Digest), cancellationToken: Cancellation);
        Assert.Equal([signature], listed.Select(x => x.Digest));
        Assert.StartsWith($"{refused}: ", Assert.Single(result.PassedOver), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a,b", "b", true)]
    [InlineData("a", "b", false)]
    [InlineData("a", "a,b", false)]
    public async Task A_copy_takes_nothing_away_from_what_cosign_hung_on_the_image_where_it_goes(string own, string there, bool isCopied)
    {
        using var registry = server.Connect();
        var (repository, image) = await PushAsync(registry, server.NewRepository());
        var copy = server.NewRepository("promoted");
        var tag = $"sha256-{image.Digest!.Value.Hex}.sig";
        var (copied, before) = (await PushLayersAsync(own, repository), await PushLayersAsync(there, copy));

        var result = await registry.CopyAsync(image, registry, copy, leftOut: [], cancellationToken: Cancellation);

        Assert.Equal(isCopied ? copied : before, (await registry.ResolveAsync(copy.WithTag(tag), Cancellation)).Digest);
        Assert.Equal(isCopied ? [] : [$"{tag}: {copy.WithTag(tag)} is another one, {before}, and stays as it is"], result.PassedOver);

        async Task<Digest> PushLayersAsync(string layers, ImageReference to)
        {
            var builder = new LayoutBuilder(Directory.CreateDirectory(_folder.Combine($"{Guid.NewGuid():n}")).FullName);
            builder.AddImage(Platform.LinuxAmd64, [.. layers.Split(',').Select(x => builder.AddBlob(System.Text.Encoding.UTF8.GetBytes(x)))]);
            var index = (await registry.PushAsync(await builder.WriteAsync(), to, cancellationToken: Cancellation)).Digest;
            var signatures = (await registry.GetManifestAsync(to.WithDigest(index), Cancellation)).Manifests[0].Digest;
            await registry.PutTagAsync(to, tag, signatures, Cancellation);
            return signatures;
        }
    }

    [Theory]
    [InlineData("application/vnd.oci.image.index.v1+json; charset=utf-8", true)]
    [InlineData("Application/Vnd.OCI.Image.Index.v1+JSON", true)]
    [InlineData("application/json", false)]
    public async Task An_answer_of_another_type_than_an_index_is_told_once(string type, bool isRead)
    {
        await using var api = await LoopbackServer.StartAsync(context =>
        {
            context.Response.ContentType = type;
            if (!context.Request.Path.Value!.Contains("/referrers/", StringComparison.Ordinal)) context.Response.StatusCode = 404;
            return context.Response.WriteAsync($$"""{"schemaVersion":2,"manifests":[{"mediaType":"{{MediaTypes.ImageManifest}}","digest":"{{Digest.Of([1])}}","size":1}]}""", Cancellation);
        });
        var warnings = new List<string>();
        using var registry = new OciRegistry(api.Domain, new RegistryOptions { Warn = warnings.Add });
        for (byte left = 3; left > 0; left--)
            Assert.Equal(isRead ? 1 : 0, (await registry.ListReferrersAsync(ImageReference.Parse($"{api.Domain}/app").WithDigest(Digest.Of([left])), cancellationToken: Cancellation)).Count);

        Assert.Equal(
            isRead ? [] : [$"{api.Domain} answers what refers to an image with '{type}', which is not read: it should be {MediaTypes.ImageIndex}. The tags of old are read instead."],
            warnings);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/json")]
    public async Task What_HEAD_says_is_no_manifest_is_fetched(string type)
    {
        const string index = $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.ImageIndex}}","manifests":[]}""";
        await using var api = await LoopbackServer.StartAsync(context =>
        {
            context.Response.ContentType = type;
            context.Response.ContentLength = index.Length;
            return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(type == "text/html" ? index.Replace("{", "<", StringComparison.Ordinal) : index, Cancellation);
        });
        using var registry = new OciRegistry(api.Domain);
        var image = ImageReference.Parse($"{api.Domain}/app").WithDigest(Digest.Of(System.Text.Encoding.UTF8.GetBytes(index)));

        if (type == "text/html") await Assert.ThrowsAnyAsync<DeliveryException>(() => registry.FindAsync(image, Cancellation));
        else Assert.Equal(MediaTypes.ImageIndex, (await registry.FindAsync(image, Cancellation))?.MediaType);
    }

    [Fact]
    public async Task A_list_with_what_is_damaged_is_no_obstacle()
    {
        using var registry = server.Connect();
        var (repository, image) = await PushAsync(registry, server.NewRepository());
        var signature = await ReferAsync(registry, repository, image.Digest!.Value, Signature);
        var damaged = await DamagedReferrer.PutAsync(registry, image, "blob gone", Signature, [], Cancellation);

        await registry.CompleteReferrersAsync(image, Cancellation);

        Assert.Equal([damaged, signature], (await registry.ListReferrersAsync(image, cancellationToken: Cancellation)).Select(x => x.Digest));
    }

    private async Task<(ImageReference Repository, ImageReference Image)> PushAsync(OciRegistry registry, ImageReference repository)
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Path);
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        return (repository, repository.WithDigest(layout.Root.Digest));
    }

    /// <summary>Puts an artifact of this type about the subject, as a signing tool does.</summary>
    private async Task<Digest> ReferAsync(OciRegistry registry, ImageReference repository, Digest subject, string artifactType)
    {
        var layout = await new LayoutBuilder(Directory.CreateDirectory(_folder.Combine(Guid.NewGuid().ToString())).FullName).WriteArtifactAsync(
            await registry.ResolveAsync(repository.WithDigest(subject), Cancellation), artifactType);
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        return layout.Root.Digest;
    }
}
