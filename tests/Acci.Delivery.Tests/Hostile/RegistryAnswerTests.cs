using Acci.Delivery.Tests.Sarif;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;
using Acci.Testing.Hostile;
using Microsoft.AspNetCore.Http;

namespace Acci.Delivery.Tests.Hostile;

/// <summary>Whatever a registry or its token service answers: it is read, or refused in a sentence.</summary>
[Collection(nameof(LargeReportTests.Alone))]
public sealed class RegistryAnswerTests : IAsyncLifetime
{
    // What .NET reads of an answer's headers, all of them together, is 64 KiB.
    private const int Header = 32 * 1024;
    private const int Megabyte = 1024 * 1024;
    private static readonly string Sha = $"sha256:{new string('a', 64)}";

    private readonly ParserTrials _trials = new();
    private LoopbackServer? _server;
    private RequestDelegate _answer = _ => Task.CompletedTask;

    public async ValueTask InitializeAsync() => _server = await LoopbackServer.StartAsync(context => _answer(context));

    public async ValueTask DisposeAsync()
    {
        _trials.Dispose();
        await _server!.DisposeAsync();
    }

    [Fact]
    public void Answers_of_a_registry_are_read_or_refused()
    {
        const string indexType = "application/vnd.oci.image.index.v1+json";
        var index = $$"""
            { "schemaVersion": 2, "mediaType": "{{indexType}}", "manifests": [
              { "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "{{Sha}}", "size": 7, "artifactType": "a", "annotations": { "a": "b" } } ] }
            """;
        _trials.OfBytes("answer: tags", Megabyte, body => Ask(body, "application/json", Tags), """{ "name": "app", "tags": [ "1", "2.0" ] }""");
        _trials.OfBytes("answer: manifest", Megabyte, body => Ask(body, indexType, registry => registry.FindManifestAsync(Image.WithTag("1"))), index);
        _trials.OfBytes("answer: referrers", Megabyte, body => Ask(body, indexType, registry => registry.ListReferrersAsync(Image.WithDigest(Digest.Parse(Sha)))), index);
        _trials.OfBytes("answer: error", Megabyte, body => Ask(body, "application/json", RefusalAsync, 400), """{ "errors": [ { "code": "DENIED", "message": "no", "detail": {} } ] }""", "no\nway");
        _trials.OfText("header: Link", Header, link => WithHeader(link, context =>
        {
            context.Response.Headers.Link = link;
            return WriteAsync(context, """{ "tags": [ "1" ] }"""u8.ToArray(), "application/json");
        }), $"<http://{_server!.Domain}/elsewhere>; rel=\"last\"", "</v2/app/tags/list?last=1>; rel=\"prev\", <a>; rel=first");
        _trials.OfText("header: WWW-Authenticate", Header, challenge => WithHeader(challenge, context => AskForTokenAsync(context, challenge, """{ "token": "a" }"""u8.ToArray())),
            $"Bearer realm=\"http://{_server.Domain}/token\",service=\"a registry\",scope=\"repository:app:pull\"", $"Basic realm=\"x\", bearer realm = http://{_server.Domain}/token");
        _trials.OfBytes("answer: token", Megabyte, body => Read(context => AskForTokenAsync(context, $"Bearer realm=\"http://{_server!.Domain}/token\"", body), Tags),
            """{ "token": "abc", "expires_in": 300, "issued_at": "2026-01-01T00:00:00Z" }""", """{ "access_token": "abc", "expires_in": 1.5 }""");

        TestContext.Current.TestOutputHelper?.WriteLine(_trials.Table);
        Assert.True(_trials.Faults.Count == 0, string.Join('\n', _trials.Faults));
    }

    private ImageReference Image => ImageReference.Parse($"{_server!.Domain}/app");

    private object? Ask<T>(byte[] body, string type, Func<OciRegistry, Task<T>> ask, int status = 200) => Read(
        context =>
        {
            context.Response.StatusCode = status;
            return WriteAsync(context, body, type);
        },
        ask);

    // A server refuses to send what no header can hold.
    private object? WithHeader(string value, RequestDelegate answer) => value.Any(x => x is < ' ' or > '~') ? "" : Read(answer, Tags);

    private object? Read<T>(RequestDelegate answer, Func<OciRegistry, Task<T>> ask)
    {
        _answer = answer;
        using var registry = new OciRegistry(_server!.Domain, new RegistryOptions { Retry = new RetryOptions { Budget = TimeSpan.Zero } });
        return ask(registry).GetAwaiter().GetResult();
    }

    private async Task<IReadOnlyList<string>> Tags(OciRegistry registry) => await registry.ListTagsAsync(Image).ToListAsync();

    private async Task<string> RefusalAsync(OciRegistry registry) => (await Assert.ThrowsAsync<RegistryException>(() => Tags(registry))).Message;

    private static async Task AskForTokenAsync(HttpContext context, string challenge, byte[] token)
    {
        if (context.Request.Path == "/token")
        {
            await WriteAsync(context, token, "application/json");
        }
        else if (context.Request.Headers.Authorization.Count > 0)
        {
            await WriteAsync(context, """{ "tags": [ "1" ] }"""u8.ToArray(), "application/json");
        }
        else
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = challenge;
        }
    }

    private static async Task WriteAsync(HttpContext context, byte[] body, string type)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body);
    }
}
