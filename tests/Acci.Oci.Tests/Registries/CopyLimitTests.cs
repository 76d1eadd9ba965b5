using System.Collections.Concurrent;
using System.Text;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Oci.Tests.Registries;

/// <summary>What a registry names without end, or as huge, does not keep an image from being copied, nor the copy from ending.</summary>
public sealed class CopyLimitTests
{
    private const string Empty = "application/vnd.oci.empty.v1+json";

    private const int Megabyte = 1024 * 1024;

    private readonly ConcurrentDictionary<string, (string Type, byte[] Content)> _manifests = [];
    private readonly ConcurrentDictionary<string, byte[]> _blobs = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 16, "is nested more than 16 levels deep")]
    [InlineData(17L << 30, 0, "is larger than 16 GiB")]
    [InlineData(long.MaxValue, 0, "is larger than 16 GiB")]
    public async Task A_copy_goes_without_a_referrer_that_is_huge_or_is_one_more_each_time(long size, int copied, string problem)
    {
        await using var server = await LoopbackServer.StartAsync(x => AnswerAsync(x, subject => [Image(subject, size)]));
        await using var other = await OddRegistry.StartAsync(Oddity.None);
        var (image, referrers) = (Image(), new List<Manifest>());
        for (var subject = image; referrers.Count <= copied; subject = referrers[^1]) referrers.Add(Image(subject, size));

        var result = await CopyAsync(server, other, image);

        Assert.Equal(image.Digest, result.Digest);
        var passedOver = Assert.Single(result.PassedOver);
        Assert.StartsWith($"{referrers[^1].Digest}: What refers to {server.Domain}/app@{image.Digest} {problem}, more than is read.", passedOver, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_claim_of_size_takes_nothing_from_what_else_refers_to_an_image()
    {
        // The registry has no such blob, so the first is not copied, and counts for nothing.
        var image = Image();
        var referrers = (Manifest[])[Image(image, 16L << 30, Digest.Of("another"u8)), Image(image)];
        await using var server = await LoopbackServer.StartAsync(x => AnswerAsync(x, _ => referrers));
        await using var other = await OddRegistry.StartAsync(Oddity.None);

        var result = await CopyAsync(server, other, image);

        Assert.StartsWith($"{referrers[0].Digest}: ", Assert.Single(result.PassedOver), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_copied_counts_once()
    {
        var limit = new ContentLimit("It", 8L << 30);
        var (first, second) = (BlobOf(1, 5L << 30), BlobOf(2, 5L << 30));
        Assert.Equal(first.Size, limit.Add(first));

        limit.AddCopied(new ImageContent([], [first]), first.Size);

        Assert.Equal(0, limit.Add(first));
        Assert.Contains("It is larger than 8 GiB", Assert.Throws<ContentLimitException>(() => limit.Add(second)).Message, StringComparison.Ordinal);

        static Descriptor BlobOf(byte content, long size) => new() { MediaType = "a/b", Digest = Digest.Of([content]), Size = size };
    }

    [Fact]
    public async Task What_was_sent_counts_although_the_rest_of_it_did_not_get_there()
    {
        var image = Image();
        // Of each, the first blob is sent, and the second one is nowhere.
        var referrers = Enumerable.Range(1, 4).Select(x => Parse(MediaTypes.ImageManifest, $$"""
            "config": { "mediaType": "{{Empty}}", "digest": "{{Blob(x)}}", "size": {{Megabyte}} }, "layers": [ { "mediaType": "a/b", "digest": "{{Digest.Of([(byte)x])}}", "size": 1 } ],
            "subject": {{ReferrersList.Entry.JsonOf(image.Descriptor)}}
            """)).ToArray();
        await using var server = await LoopbackServer.StartAsync(x => AnswerAsync(x, _ => referrers));
        await using var other = await OddRegistry.StartAsync(Oddity.None);

        var result = await CopyAsync(server, other, image, mostBytes: Megabyte * 3 / 2, parallelism: 1);

        Assert.Equal(4, result.PassedOver.Count);
        Assert.Equal(3, result.PassedOver.Count(x => x.Contains("is larger than", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_is_sent_at_once_has_one_limit()
    {
        // Two images, each with one that refers to it: both are looked at before either is sent.
        var (first, second) = (Add(Image(blob: Blob(0), size: 10)), Add(Image()));
        var index = Parse(MediaTypes.ImageIndex, $"\"manifests\": [ {ReferrersList.Entry.JsonOf(first.Descriptor)}, {ReferrersList.Entry.JsonOf(second.Descriptor)} ]");
        var blobs = new[] { Blob(1), Blob(2) };
        var (asked, both) = (new ConcurrentDictionary<string, bool>(), new TaskCompletionSource());
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var name = context.Request.Path.Value!.Split('/')[^1];
            if (context.Request.Method == "GET" && blobs.Any(x => $"{x}" == name) && asked.TryAdd(name, true) && asked.Count == blobs.Length) both.SetResult();
            if (asked.ContainsKey(name)) await both.Task.WaitAsync(context.RequestAborted);
            await AnswerAsync(context, subject => subject.Digest == first.Digest ? [Image(first, Megabyte, blobs[0])] : subject.Digest == second.Digest ? [Image(second, Megabyte, blobs[1])] : []);
        });
        await using var other = await OddRegistry.StartAsync(Oddity.None);

        var result = await CopyAsync(server, other, index, mostBytes: Megabyte * 3 / 2);

        Assert.Equal(2, asked.Count);
        Assert.NotEmpty(result.PassedOver);
        Assert.All(result.PassedOver, x => Assert.Contains("is larger than", x, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_listed_many_times_is_copied_once_and_what_is_listed_as_referring_to_itself_not_again()
    {
        var requests = new ConcurrentQueue<string>();
        var image = Image();
        var referrer = Add(Image(image));
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            requests.Enqueue($"{context.Request.Method} {context.Request.Path}");
            return AnswerAsync(context, _ => Enumerable.Repeat(referrer, 100));
        });
        await using var other = await OddRegistry.StartAsync(Oddity.None);

        var result = await CopyAsync(server, other, image);

        Assert.Empty(result.PassedOver);
        Assert.Single(requests, $"GET /v2/app/manifests/{referrer.Digest}");
    }

    [Fact]
    public async Task An_image_of_indexes_in_indexes_without_end_is_an_error()
    {
        var root = Add(Image());
        for (var depth = 0; depth < 20; depth++) root = Add(Index(root));
        await using var server = await LoopbackServer.StartAsync(x => AnswerAsync(x, null));
        await using var other = await OddRegistry.StartAsync(Oddity.None);

        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => CopyAsync(server, other, root));

        Assert.Contains($"The image {root.Digest} is nested more than 16 levels deep", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_number_of_manifests_is_limited()
    {
        var (limit, image, count) = (new ContentLimit("It", 1 << 30), Image(), 0);

        var error = Assert.Throws<DeliveryException>(() =>
        {
            for (; count < 20_000; count++) limit.Add(image);
        });

        Assert.Equal((10_000, "It consists of more than 10,000 manifests, more than is read. Delete what does not belong there, or ask the registry's operator."), (count, error.Message));
    }

    [Fact]
    public void A_size_below_nothing_is_no_size()
    {
        var error = Assert.Throws<DeliveryException>(() => Image(null, -5));

        Assert.Contains("has the size -5", error.Message, StringComparison.Ordinal);
    }

    private async Task<PushResult> CopyAsync(LoopbackServer server, OddRegistry other, Manifest root, long? mostBytes = null, int parallelism = 4)
    {
        Add(root);
        var options = new RegistryOptions { Retry = new RetryOptions { Budget = TimeSpan.FromMinutes(1), Time = new TestClock() }, Credentials = new Credentials("ada", "secret"), Parallelism = parallelism };
        using var source = new OciRegistry(server.Domain, options);
        using var target = new OciRegistry(other.Domain, options);
        var (image, copy) = (ImageReference.Parse($"{server.Domain}/app").WithDigest(root.Digest), ImageReference.Parse($"{other.Domain}/copy"));
        return mostBytes is { } most ? await new ImageCopy(source, image, target, copy, parallelism, [], most).RunAsync(root.Descriptor, null, Cancellation)
            : await source.CopyAsync(image, target, copy, [], cancellationToken: Cancellation);
    }

    // One that the registry has.
    private Digest Blob(int seed)
    {
        var content = Enumerable.Repeat((byte)seed, seed == 0 ? 10 : Megabyte).ToArray();
        var digest = Digest.Of(content);
        _blobs[$"{digest}"] = content;
        return digest;
    }

    private Manifest Add(Manifest manifest)
    {
        _manifests[$"{manifest.Digest}"] = (manifest.MediaType, manifest.Content.ToArray());
        return manifest;
    }

    private static Manifest Image(Manifest? subject = null, long? size = 2, Digest? blob = null) => Parse(MediaTypes.ImageManifest, $$"""
        "config": { "mediaType": "{{Empty}}", "digest": "{{blob ?? Digest.Of("{}"u8)}}", "size": {{(size is null or 0 ? 2 : size)}} }, "layers": []
        {{(subject is null ? "" : $", \"subject\": {ReferrersList.Entry.JsonOf(subject.Descriptor)}")}}
        """);

    private static Manifest Index(Manifest child) => Parse(MediaTypes.ImageIndex, $"\"manifests\": [ {ReferrersList.Entry.JsonOf(child.Descriptor)} ]");

    private static Manifest Parse(string type, string members) =>
        Manifest.Parse(Encoding.UTF8.GetBytes($$"""{ "schemaVersion": 2, "mediaType": "{{type}}", {{members}} }"""), type, "a test's");

    // A registry that has one blob, or what a test gives it, and for each manifest what refers to it.
    private async Task AnswerAsync(HttpContext context, Func<Manifest, IEnumerable<Manifest>>? referrersOf)
    {
        var path = context.Request.Path.Value!.Split('/');
        var (kind, name) = (path.ElementAtOrDefault(3), path[^1]);
        if (kind == "blobs" && name == $"{Digest.Of("{}"u8)}") await WriteAsync("application/octet-stream", "{}"u8.ToArray());
        else if (kind == "blobs" && _blobs.TryGetValue(name, out var blob)) await WriteAsync("application/octet-stream", blob);
        else if (kind == "manifests" && _manifests.TryGetValue(name, out var manifest)) await WriteAsync(manifest.Type, manifest.Content);
        else if (kind == "referrers" && _manifests.TryGetValue(name, out var subject))
        {
            var referrers = referrersOf?.Invoke(Manifest.Parse(subject.Content, subject.Type, "the subject")) ?? [];
            var entries = referrers.Select(x => ReferrersList.Entry.JsonOf(Add(x).Descriptor));
            var list = $$"""{ "schemaVersion": 2, "mediaType": "{{MediaTypes.ImageIndex}}", "manifests": [ {{string.Join(',', entries)}} ] }""";
            await WriteAsync(MediaTypes.ImageIndex, Encoding.UTF8.GetBytes(list));
        }
        else context.Response.StatusCode = path[^1].Length == 0 ? 200 : 404;

        async Task WriteAsync(string type, byte[] content)
        {
            context.Response.ContentType = type;
            context.Response.ContentLength = content.Length;
            if (context.Request.Method == "GET") await context.Response.Body.WriteAsync(content, Cancellation);
        }
    }
}
