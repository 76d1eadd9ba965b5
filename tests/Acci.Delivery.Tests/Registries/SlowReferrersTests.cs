using System.Text;
using Acci.Delivery.Publishing;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Delivery.Tests.Registries;

/// <summary>Each answer comes within its own limit, and there are thousands: what is searched among referrers ends all the same.</summary>
public sealed class SlowReferrersTests
{
    private const int Referrers = 40;
    private const string Empty = "application/vnd.oci.empty.v1+json";

    private static readonly Manifest Subject = Image("subject");
    private static readonly Manifest[] Planted = [.. Enumerable.Range(0, Referrers).Select(x => Image($"planted {x}", Subject))];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("signatures", 1, "read within 10 minutes")]
    [InlineData("rollback", 1, "read within 10 minutes")]
    [InlineData("completing the list", 1, "read within 10 minutes")]
    [InlineData("adding to the list", 1, "read within 10 minutes")]
    [InlineData("copy", 12, "within 120 minutes")]
    // What refers to the planted ones is asked for as well.
    [InlineData("copy", 3, "within 120 minutes", true)]
    public async Task A_search_among_referrers_ends(string search, int minutesEach, string limit, bool areListsSlow = false)
    {
        var error = await Assert.ThrowsAsync<DeliveryException>(() => SearchAsync(search, minutesEach, areListsSlow));

        Assert.Contains($"/app@{Subject.Digest}: what is beside it could not be ", error.Message, StringComparison.Ordinal);
        Assert.Contains(limit, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("signatures")]
    [InlineData("rollback")]
    [InlineData("completing the list")]
    [InlineData("adding to the list")]
    [InlineData("copy")]
    public async Task One_that_takes_no_longer_than_its_limit_is_whole(string search) => await SearchAsync(search, 0, false);

    private static async Task SearchAsync(string search, int minutesEach, bool areListsSlow)
    {
        var clock = new TestClock();
        var list = Encoding.UTF8.GetBytes($$"""
            { "schemaVersion": 2, "mediaType": "{{MediaTypes.ImageIndex}}", "manifests": [ {{string.Join(',', Planted.Select(x => Entry(x.Descriptor)))}} ] }
            """);
        await using var server = await LoopbackServer.StartAsync(AnswerAsync);
        var options = new RegistryOptions { Retry = new RetryOptions { Budget = TimeSpan.FromHours(1), Time = clock }, Parallelism = 1 };
        using var registry = new OciRegistry(server.Domain, options);
        var image = ImageReference.Parse($"{server.Domain}/app").WithDigest(Subject.Digest);
        switch (search)
        {
            case "signatures":
                Assert.Empty(await SigstoreBundle.ListAsync(registry, image, PredicateType.Signature, Cancellation).ToListAsync(Cancellation));
                break;
            case "rollback":
                Assert.Null(await new TagHistory(registry).BeforeAsync(image, "latest", Cancellation));
                break;
            case "completing the list":
                await registry.CompleteReferrersAsync(image, Cancellation);
                break;
            case "adding to the list":
                await registry.PutReferrerAsync(image, Image("new", Subject), Cancellation);
                break;
            default:
                await using (var other = await OddRegistry.StartAsync(Oddity.None))
                {
                    using var target = new OciRegistry(other.Domain, options with { Credentials = new Credentials("ada", "s3cr3t") });
                    await registry.CopyAsync(image, target, ImageReference.Parse($"{other.Domain}/copy"), [], cancellationToken: Cancellation);
                }

                break;
        }

        // A registry without a referrers API, so that the list under the tag is read, too.
        async Task AnswerAsync(HttpContext context)
        {
            var (method, name, response) = (context.Request.Method, context.Request.Path.Value!.Split('/')[^1], context.Response);
            if (method == "PUT")
            {
                using var content = new MemoryStream();
                await context.Request.Body.CopyToAsync(content, Cancellation);
                if (name == Subject.Digest.Tag) list = content.ToArray();
                response.StatusCode = StatusCodes.Status201Created;
                response.Headers.Location = context.Request.Path.Value;
            }
            else if (name.Length == 0) response.StatusCode = StatusCodes.Status200OK;
            else if (name == Subject.Digest.Tag) await WriteAsync(MediaTypes.ImageIndex, list);
            else if (name == $"{Digest.Of("{}"u8)}") await WriteAsync("application/octet-stream", "{}"u8.ToArray());
            else if (name == $"{Subject.Digest}") await WriteAsync(MediaTypes.ImageManifest, Subject.Content.ToArray());
            else if (Planted.FirstOrDefault(x => $"{x.Digest}" == name) is { } referrer)
            {
                if (!areListsSlow) clock.Advance(TimeSpan.FromMinutes(minutesEach));
                await WriteAsync(MediaTypes.ImageManifest, referrer.Content.ToArray());
            }
            else
            {
                if (areListsSlow) clock.Advance(TimeSpan.FromMinutes(minutesEach));
                response.StatusCode = StatusCodes.Status404NotFound;
            }

            async Task WriteAsync(string type, byte[] content)
            {
                response.ContentType = type;
                response.ContentLength = content.Length;
                if (method == "GET") await response.Body.WriteAsync(content, Cancellation);
            }
        }
    }

    // Without the type of what it is, as some clients write it: so it is asked for.
    private static string Entry(Descriptor referrer) => $$"""{ "mediaType": "{{referrer.MediaType}}", "digest": "{{referrer.Digest}}", "size": {{referrer.Size}}, "artifactType": "{{TagHistory.ArtifactType}}" }""";

    private static Manifest Image(string name, Manifest? subject = null) => Manifest.Parse(Encoding.UTF8.GetBytes($$"""
        { "schemaVersion": 2, "mediaType": "{{MediaTypes.ImageManifest}}", "annotations": { "name": "{{name}}" },
          "config": { "mediaType": "{{Empty}}", "digest": "{{Digest.Of("{}"u8)}}", "size": 2 }, "layers": []
          {{(subject is null ? "" : $", \"subject\": {ReferrersList.Entry.JsonOf(subject.Descriptor)}")}} }
        """), MediaTypes.ImageManifest, "a test's");
}
