using System.Diagnostics;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Oci.Tests.Registries;

/// <summary>A registry that never comes to an end, or says far more than an answer needs, costs neither the build's time nor the machine's memory.</summary>
public sealed class LimitTests
{
    private static readonly string Zero = $"sha256:{new string('0', 64)}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Lists => new()
    {
        { "</v2/app/tags/list?n=1000>; rel=\"next\"", "names a page as the next one that was read before" },
        { "</v2/app/tags/list?n=5>; rel=\"next\"", "names a page as the next one that was read before" },
        { "<http://127.0.0.1:1/v2/app/tags/list>; rel=\"next\"", "names a next page at another server" },
    };

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_list_of_tags_that_does_not_end_is_an_error_and_not_half_a_list(string link, string problem)
    {
        await using var server = await LoopbackServer.StartAsync(context => AnswerAsync(context, link, """{ "tags": [ "1" ] }""", "application/json"));
        using var registry = Connect(server);

        var error = await Assert.ThrowsAsync<DeliveryException>(async () => await registry.ListTagsAsync(Image(server), cancellationToken: Cancellation).ToListAsync(Cancellation));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_that_are_all_different_and_never_end_are_too_many_at_some_time()
    {
        var page = 0;
        await using var server = await LoopbackServer.StartAsync(context => AnswerAsync(
            context, $"</v2/app/tags/list?last={Interlocked.Increment(ref page)}>; rel=\"next\"", """{ "tags": [] }""", "application/json"));
        using var registry = Connect(server);

        var error = await Assert.ThrowsAsync<DeliveryException>(async () => await registry.ListTagsAsync(Image(server), cancellationToken: Cancellation).ToListAsync(Cancellation));

        Assert.Contains("has more than 1000 pages", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, 1024 * 1024, 0, "is larger than 64 MiB")]
    [InlineData(200_000, 1, 0, "has more than 1,000,000 entries")]
    [InlineData(1, 1, 3, "did not end within 10 minutes")]
    public async Task Pages_that_are_all_different_are_too_much_at_some_time(int tags, int length, int minutes, string problem)
    {
        var (page, clock) = (0, new TestClock());
        var body = $$"""{ "tags": [ {{string.Join(',', Enumerable.Repeat($"\"{new string('a', length)}\"", tags))}} ] }""";
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            clock.Advance(TimeSpan.FromMinutes(minutes));
            return AnswerAsync(context, $"</v2/app/tags/list?last={++page}>; rel=\"next\"", body, "application/json");
        });
        using var registry = new OciRegistry(server.Domain, new RegistryOptions { Retry = new RetryOptions { Budget = TimeSpan.Zero, Time = clock } });

        var error = await Assert.ThrowsAsync<DeliveryException>(async () => await registry.ListTagsAsync(Image(server), cancellationToken: Cancellation).CountAsync(Cancellation));

        Assert.Equal($"{server.Domain}: the list of the tags of app {problem}. Nothing is done with a part of it.", error.Message);
        Assert.True(page < 20, $"{page}");
    }

    [Theory]
    [InlineData(8, 1024 * 1024, true, "is larger than 64 MiB")]
    [InlineData(6_000, 1, true, "has more than 10,000 entries")]
    [InlineData(10_001, 1, false, "has more than 10,000 entries")]
    public async Task So_many_referrers_are_too_much_too(int count, int length, bool hasApi, string problem)
    {
        var page = 0;
        var entry = $$"""{ "mediaType": "application/vnd.oci.image.manifest.v1+json", "size": 1, "digest": "{{Zero}}", "artifactType": "{{new string('a', length)}}" }""";
        await using var server = await LoopbackServer.StartAsync(context => !hasApi && context.Request.Path.Value!.Contains("/referrers/", StringComparison.Ordinal) ? NotFoundAsync(context) : AnswerAsync(
            context,
            $"</v2/app/referrers/{Zero}?page={++page}>; rel=\"next\"",
            $$"""{ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [ {{string.Join(',', Enumerable.Repeat(entry, count))}} ] }""",
            "application/vnd.oci.image.index.v1+json"));
        using var registry = Connect(server);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => registry.ListReferrersAsync(Image(server).WithDigest(Digest.Parse(Zero)), cancellationToken: Cancellation));

        Assert.Contains($"the referrers of app {Zero} {problem}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_it_is_with_referrers()
    {
        var page = 0;
        await using var server = await LoopbackServer.StartAsync(context => AnswerAsync(
            context,
            $"</v2/app/referrers/{Zero}?page={Interlocked.Increment(ref page) % 3}>; rel=\"next\"",
            """{ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [] }""",
            "application/vnd.oci.image.index.v1+json"));
        using var registry = Connect(server);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => registry.ListReferrersAsync(Image(server).WithDigest(Digest.Parse(Zero)), cancellationToken: Cancellation));

        Assert.Contains("the referrers of app", error.Message, StringComparison.Ordinal);
        Assert.Contains("that was read before", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_service_that_answers_with_gigabytes_is_cut_off()
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            if (context.Request.Path.StartsWithSegments("/token"))
            {
                var part = new byte[64 * 1024];
                await context.Response.Body.WriteAsync("{\"token\":\""u8.ToArray(), Cancellation);
                Array.Fill(part, (byte)'a');
                for (var sent = 0; sent < 40_000 && !context.RequestAborted.IsCancellationRequested; sent++) await context.Response.Body.WriteAsync(part, context.RequestAborted);
                return;
            }

            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{context.Request.Host}/token\",service=\"test\"";
        });
        using var registry = Connect(server);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => registry.ResolveAsync(Image(server).WithTag("1"), Cancellation));

        Assert.Contains("/token is larger than", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_never_answers_costs_the_retry_budget_and_not_a_multiple_of_it()
    {
        await using var server = await LoopbackServer.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        var budget = TimeSpan.FromSeconds(1);
        using var registry = new OciRegistry(server.Domain, new RegistryOptions { Retry = new RetryOptions { Budget = budget } });
        foreach (var act in (Func<Task>[])[() => registry.EnsureReachableAsync(Cancellation), () => registry.ResolveAsync(Image(server).WithTag("1"), Cancellation)])
        {
            var watch = Stopwatch.StartNew();

            await Assert.ThrowsAnyAsync<DeliveryException>(act);

            // Without the budget it would be the minute that a silent connection is waited for.
            Assert.True(watch.Elapsed < new RegistryOptions().StallTimeout, $"{watch.Elapsed}");
        }
    }

    [Theory]
    [InlineData(1, true, "the answer comes with less than 100 bytes a second")]
    [InlineData(100, true, "/v2/app/manifests/1 did not end within 600 s")]
    [InlineData(1, false, "the answer comes with less than 100 bytes a second")]
    // What is large may take its time.
    [InlineData(100, false, null)]
    public async Task An_answer_that_drips_ends(int drop, bool isSmall, string? problem)
    {
        var clock = new TestClock();
        using var response = new HttpResponseMessage { Content = new StreamContent(new DrippingStream(drop, clock)), RequestMessage = new(HttpMethod.Get, "http://localhost/v2/app/manifests/1") };
        var stall = new RegistryOptions().StallTimeout;

        var error = await Record.ExceptionAsync(async () =>
        {
            if (isSmall) await RegistryTransport.ReadAsync(response, 1_000_000, stall, clock, "localhost", null, Cancellation);
            await using var stream = new ResponseStream(response, await response.Content.ReadAsStreamAsync(Cancellation), stall, clock);
            while (await stream.ReadAsync(new byte[drop], Cancellation) > 0)
            {
            }
        });

        if (problem is null) Assert.Null(error);
        else Assert.Contains(problem, error?.Message, StringComparison.Ordinal);
    }

    private static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static ImageReference Image(LoopbackServer server) => ImageReference.Parse($"{server.Domain}/app");

    private static OciRegistry Connect(LoopbackServer server) => new(server.Domain, new RegistryOptions { Retry = new RetryOptions { Budget = TimeSpan.FromSeconds(20) } });

    private static async Task AnswerAsync(HttpContext context, string link, string body, string type)
    {
        context.Response.Headers.Link = link;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(body, Cancellation);
    }

    // Each read takes a tenth of a second and gets some bytes, for half an hour.
    private sealed class DrippingStream(int drop, TestClock clock) : MemoryStream(new byte[18_000 * drop])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            clock.Advance(TimeSpan.FromSeconds(0.1));
            return base.ReadAsync(buffer[..Math.Min(buffer.Length, drop)], cancellationToken);
        }
    }
}
