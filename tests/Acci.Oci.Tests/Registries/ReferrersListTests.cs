using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.Oci.Tests.Registries;

/// <summary>Lists of referrers that other clients keep under the tag, and how they are completed while others write them.</summary>
public sealed class ReferrersListTests(RegistryServer server) : IClassFixture<RegistryServer>, IDisposable
{
    private const string Signature = "application/vnd.dev.sigstore.bundle.v0.3+json";
    private const string Sbom = "application/spdx+json";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_entry_gets_the_type_and_annotations_of_its_manifest_and_all_else_stays()
    {
        using var registry = server.Connect();
        var image = await PushAsync(registry);
        Descriptor[] all = [await ReferAsync(registry, image, Signature), await ReferAsync(registry, image, Sbom)];
        var entries = all.Select(Bare).ToList();
        entries[0]["urls"] = new JsonArray("https://example.com");
        entries[1]["annotations"] = new JsonObject { ["com.example.entry"] = "kept" };
        await PutListAsync(registry, image, entries, new JsonObject { ["com.example"] = "kept" });

        await registry.CompleteReferrersAsync(image, Cancellation);

        Assert.Equal(all.Select(x => x.Digest), (await registry.ListReferrersAsync(image, cancellationToken: Cancellation)).Select(x => x.Digest));
        var sbom = Assert.Single(await registry.ListReferrersAsync(image, Sbom, Cancellation));
        Assert.Equal((Sbom, "kept"), (sbom.Annotations!["note"], sbom.Annotations["com.example.entry"]));
        var list = await ListAsync(registry, image);
        var text = Encoding.UTF8.GetString(list.Content.Span);
        Assert.Contains("https://example.com", text, StringComparison.Ordinal);
        Assert.Equal("kept", list.Annotations["com.example"]);
        await registry.CompleteReferrersAsync(image, Cancellation);
        Assert.Equal(list.Digest, (await ListAsync(registry, image)).Digest);
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    public async Task What_another_client_adds_or_writes_over_meanwhile_is_there_in_the_end(string when)
    {
        using var direct = server.Connect();
        var image = await PushAsync(direct);
        Descriptor[] known = [await ReferAsync(direct, image, Signature), await ReferAsync(direct, image, Sbom)];
        var later = await ReferAsync(direct, image, "application/later");
        await PutListAsync(direct, image, known.Select(Bare));
        await using var proxy = await FaultProxy.StartAsync(server);
        var (armed, tag) = (true, $"/manifests/{TagOf(image)}");
        var written = false;
        proxy.Decide = request =>
        {
            if (!armed || !request.Path.EndsWith(tag, StringComparison.Ordinal)) return null;
            written |= request.Method == "PUT";
            // Added between the reading and the writing; or, right after the writing, by a client that had read before it and lost an entry at that.
            if (request.Method != (when == "PUT" ? "GET" : when) || (when == "PUT" && !written)) return null;
            armed = false;
            var entries = (when == "PUT" ? [known[0], later] : known.Append(later)).Select(Bare);
            PutListAsync(direct, image, entries).GetAwaiter().GetResult();
            return null;
        };
        using var registry = new OciRegistry(proxy.Domain, new RegistryOptions());

        await registry.CompleteReferrersAsync(ImageReference.Parse($"{proxy.Domain}/{image.Path}").WithDigest(image.Digest!.Value), Cancellation);

        Assert.False(armed);
        var listed = await direct.ListReferrersAsync(image, cancellationToken: Cancellation);
        Assert.Equal(known.Append(later).Select(x => (x.Digest, x.ArtifactType)).ToHashSet(), listed.Select(x => (x.Digest, x.ArtifactType)).ToHashSet());
    }

    [Theory]
    [InlineData("""{"mediaType":"@type","digest":"@digest","size":@size,"annotations":{"a":null}}""")]
    [InlineData("""{"mediaType":"@type","digest":"@digest","size":@size,"annotations":{"a":"\ud800"}}""")]
    [InlineData("""{"mediaType":"@type","digest":"@digest","size":@size,"annotations":{"\ud800":"a"}}""")]
    [InlineData("""{"mediaType":"@type","digest":"@digest","size":@size,"artifactType":"\ud800"}""")]
    [InlineData("""{"mediaType":"@type","digest":"@digest"}""")]
    [InlineData("""{"mediaType":null,"digest":"@digest","size":@size}""")]
    [InlineData("""{"digest":"@digest","size":@size}""")]
    public async Task An_entry_that_cannot_be_read_hides_no_other_one_and_stays(string entry)
    {
        using var registry = server.Connect();
        var image = await PushAsync(registry);
        Descriptor[] all = [await ReferAsync(registry, image, Signature), await ReferAsync(registry, image, "application/other")];
        var odd = entry.Replace("@type", all[1].MediaType, StringComparison.Ordinal).Replace("@digest", $"{all[1].Digest}", StringComparison.Ordinal)
            .Replace("@size", $"{all[1].Size}", StringComparison.Ordinal);
        // What else the list says that no string can be made of, or that says something twice, stays, too.
        var whole = $$"""{"mediaType":"{{all[0].MediaType}}","digest":"{{all[0].Digest}}","size":{{all[0].Size}}}""";
        const string rest = """{"schemaVersion":2,"\ud800":1,"annotations":{"a":"\ud800"},"mediaType":"application/vnd.oci.image.index.v1+json",""";
        await PutRawAsync(image, $$"""{{rest}}"manifests":[{{odd}},{{whole}}]}""");

        Assert.Equal([all[0].Digest], (await registry.ListReferrersAsync(image, cancellationToken: Cancellation)).Select(x => x.Digest));
        await registry.CompleteReferrersAsync(image, Cancellation);
        Assert.Equal(all[0].Digest, Assert.Single(await registry.ListReferrersAsync(image, Signature, Cancellation)).Digest);
        await registry.PutNoteAsync(image, Sbom, new Dictionary<string, string> { ["note"] = "ü" }, Cancellation);
        Assert.Equal([Signature, Sbom], (await registry.ListReferrersAsync(image, cancellationToken: Cancellation)).Select(x => x.ArtifactType));
        Assert.StartsWith($$"""{{rest}}"manifests":[{{odd}},{""", await ReadRawAsync(image), StringComparison.Ordinal);

        var copy = server.NewRepository("copy");
        await registry.CopyAsync(image, registry, copy, leftOut: [], cancellationToken: Cancellation);
        Assert.Equal(2, (await registry.ListReferrersAsync(copy.WithDigest(image.Digest!.Value), cancellationToken: Cancellation)).Count);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("""{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:ABC","size":12}""")]
    public async Task A_list_is_not_completed_that_a_registry_would_not_take(string entry)
    {
        await using var proxy = await FaultProxy.StartAsync(server);
        using var direct = server.Connect();
        var image = await PushAsync(direct);
        var referrer = await ReferAsync(direct, image, Sbom);
        var list = $$"""{"schemaVersion":2,"manifests":[{"mediaType":"{{referrer.MediaType}}","digest":"{{referrer.Digest}}","size":{{referrer.Size}}},{{entry}}]}""";
        var puts = 0;
        proxy.Decide = request =>
        {
            if (!request.Path.EndsWith($"/manifests/{TagOf(image)}", StringComparison.Ordinal)) return null;
            puts += request.Method == "PUT" ? 1 : 0;
            return new NetworkFault.Answer(200, Body: list, Headers: [("Content-Type", MediaTypes.ImageIndex)]);
        };
        using var registry = new OciRegistry(proxy.Domain, new RegistryOptions());
        var there = ImageReference.Parse($"{proxy.Domain}/{image.Path}").WithDigest(image.Digest!.Value);

        await registry.CompleteReferrersAsync(there, Cancellation);

        Assert.Equal(0, puts);
        Assert.Equal([referrer.Digest], (await registry.ListReferrersAsync(there, cancellationToken: Cancellation)).Select(x => x.Digest));
    }

    [Fact]
    public async Task A_referrer_joins_a_list_that_names_a_deleted_one()
    {
        using var registry = server.Connect();
        var image = await PushAsync(registry);
        Descriptor[] known = [await ReferAsync(registry, image, Signature), await ReferAsync(registry, image, Sbom)];
        await PutListAsync(registry, image, known.Select(Bare));
        await registry.DeleteManifestAsync(image, known[0].Digest, Cancellation);

        await registry.PutNoteAsync(image, "application/note", new Dictionary<string, string>(), Cancellation);

        var listed = await registry.ListReferrersAsync(image, cancellationToken: Cancellation);
        Assert.Equal((known[1].Digest, "application/note"), (listed[0].Digest, listed[1].ArtifactType));
        Assert.Equal(2, listed.Count);
    }

    [Fact]
    public async Task A_list_that_names_a_deleted_one_is_completed_without_it()
    {
        using var registry = server.Connect();
        var image = await PushAsync(registry);
        Descriptor[] known = [await ReferAsync(registry, image, Signature), await ReferAsync(registry, image, Sbom)];
        await PutListAsync(registry, image, known.Select(Bare));
        await registry.DeleteManifestAsync(image, known[0].Digest, Cancellation);

        await registry.CompleteReferrersAsync(image, Cancellation);

        var left = Assert.Single(await registry.ListReferrersAsync(image, cancellationToken: Cancellation));
        Assert.Equal((known[1].Digest, Sbom), (left.Digest, left.ArtifactType));
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    public async Task A_referrer_joins_a_list_that_another_client_writes_meanwhile(string when)
    {
        using var direct = server.Connect();
        var image = await PushAsync(direct);
        Descriptor[] known = [await ReferAsync(direct, image, Signature), await ReferAsync(direct, image, Sbom)];
        await PutListAsync(direct, image, [Bare(known[0])]);
        await using var proxy = await FaultProxy.StartAsync(server);
        var (armed, written, tag) = (true, false, $"/manifests/{TagOf(image)}");
        proxy.Decide = request =>
        {
            if (!armed || !request.Path.EndsWith(tag, StringComparison.Ordinal)) return null;
            written |= request.Method == "PUT";
            // Between the reading and the writing; or right after the writing.
            if (request.Method != (when == "PUT" ? "GET" : when) || (when == "PUT" && !written)) return null;
            armed = false;
            PutListAsync(direct, image, known.Select(Bare)).GetAwaiter().GetResult();
            return null;
        };
        using var registry = new OciRegistry(proxy.Domain, new RegistryOptions());

        await registry.PutNoteAsync(ImageReference.Parse($"{proxy.Domain}/{image.Path}").WithDigest(image.Digest!.Value), "application/note", new Dictionary<string, string>(), Cancellation);

        Assert.False(armed);
        var listed = await direct.ListReferrersAsync(image, cancellationToken: Cancellation);
        Assert.Equal(known.Select(x => x.Digest), listed.Take(2).Select(x => x.Digest));
        Assert.Equal("application/note", Assert.Single(listed.Skip(2)).ArtifactType);
    }

    private static Uri AddressOf(ImageReference image) => new($"http://{image.Domain}/v2/{image.Path}/manifests/{TagOf(image)}");

    private static async Task PutRawAsync(ImageReference image, string list)
    {
        using var http = new HttpClient();
        using var content = new StringContent(list, Encoding.UTF8, MediaTypes.ImageIndex);
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.ImageIndex);
        using var answer = await http.PutAsync(AddressOf(image), content, Cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static async Task<string> ReadRawAsync(ImageReference image)
    {
        using var http = new HttpClient { DefaultRequestHeaders = { { "Accept", MediaTypes.ImageIndex } } };
        return await http.GetStringAsync(AddressOf(image), Cancellation);
    }

    private static string TagOf(ImageReference image) => $"sha256-{image.Digest!.Value.Hex}";

    private static JsonObject Bare(Descriptor referrer) => new()
    {
        ["mediaType"] = referrer.MediaType, ["digest"] = referrer.Digest.ToString(), ["size"] = referrer.Size, ["artifactType"] = "application/vnd.oci.empty.v1+json",
    };

    private static Task<Manifest> ListAsync(OciRegistry registry, ImageReference image) =>
        registry.GetManifestAsync((image with { Digest = null }).WithTag(TagOf(image)), Cancellation);

    private static async Task PutListAsync(OciRegistry registry, ImageReference image, IEnumerable<JsonNode> entries, JsonObject? annotations = null)
    {
        var index = new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.ImageIndex, ["manifests"] = new JsonArray([.. entries]) };
        if (annotations is not null) index["annotations"] = annotations;
        var list = Manifest.Parse(Encoding.UTF8.GetBytes(index.ToJsonString()), MediaTypes.ImageIndex, "the list");
        await registry.PutManifestAsync(image, list, Cancellation);
        await registry.PutTagAsync(image, TagOf(image), list.Digest, Cancellation);
    }

    private async Task<ImageReference> PushAsync(OciRegistry registry)
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Combine($"{Guid.NewGuid()}"));
        var repository = server.NewRepository();
        await registry.PushAsync(layout, repository, cancellationToken: Cancellation);
        return repository.WithDigest(layout.Root.Digest);
    }

    private static async Task<Descriptor> ReferAsync(OciRegistry registry, ImageReference image, string type)
    {
        await registry.PutNoteAsync(image, type, new Dictionary<string, string> { ["note"] = type }, Cancellation);
        return (await registry.ListReferrersAsync(image, type, Cancellation))[0];
    }
}
