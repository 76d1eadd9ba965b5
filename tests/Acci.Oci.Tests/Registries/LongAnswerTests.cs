using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Acci.Oci.Tests.Registries;

/// <summary>What a registry writes into headers is shown, and not all 64 KiB of it.</summary>
public sealed class LongAnswerTests
{
    private static readonly string Long = new('x', 20_000);

    [Theory]
    [InlineData("reason")]
    [InlineData("passing reason")]
    [InlineData("login")]
    [InlineData("token service")]
    [InlineData("type")]
    [InlineData("page")]
    public async Task A_message_is_not_longer_for_it(string place)
    {
        await using var server = await LoopbackServer.StartAsync(AnswerAsync);
        using var registry = new OciRegistry(server.Domain, new RegistryOptions { Retry = new RetryOptions { Budget = TimeSpan.Zero } });
        var image = ImageReference.Parse($"{server.Domain}/app");

        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => place == "page"
            ? registry.ListTagsAsync(image, cancellationToken: TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken).AsTask()
            : registry.GetManifestAsync(image.WithTag("1"), TestContext.Current.CancellationToken));

        Assert.Contains("xxx", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 1, 1000);

        Task AnswerAsync(HttpContext context)
        {
            var (response, path) = (context.Response, context.Request.Path.Value!);
            switch (place)
            {
                case "reason" or "passing reason":
                    response.StatusCode = place == "reason" ? 400 : 503;
                    context.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = Long;
                    break;
                case "login":
                    (response.StatusCode, response.Headers.WWWAuthenticate) = (401, $"Negotiate {Long}");
                    break;
                case "token service" when path.StartsWith("/v2/", StringComparison.Ordinal):
                    (response.StatusCode, response.Headers.WWWAuthenticate) = (401, $"Bearer realm=\"http://{context.Request.Host}/{Long[..5000]}\",service=\"s\"");
                    break;
                case "token service":
                    response.StatusCode = 404;
                    break;
                case "type" when path.Contains("/manifests/", StringComparison.Ordinal):
                    response.ContentType = "application/vnd.oci.image.manifest.v1+json";
                    return response.WriteAsync($$"""{ "mediaType": "{{Long}}" }""");
                case "page" when path.EndsWith("/list", StringComparison.Ordinal):
                    response.Headers.Link = $"</v2/app/tags/list?n=1&last={Long[..5000]}>; rel=\"next\"";
                    return response.WriteAsync("""{ "name": "app", "tags": ["1"] }""");
            }

            return Task.CompletedTask;
        }
    }
}
