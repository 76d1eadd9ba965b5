using System.Buffers.Text;
using System.Text;
using Acci.Delivery.GitHub;
using Acci.Delivery.Signing;
using Acci.Delivery.Tests.Sarif;
using Acci.Oci;
using Acci.Oci.Retries;
using Acci.Testing;
using Acci.Testing.Hostile;
using Microsoft.AspNetCore.Http;
using NuGet.Versioning;
using ReleaseAsset = Acci.Delivery.GitHub.ReleaseAsset;

namespace Acci.Delivery.Tests.Hostile;

/// <summary>Whatever GitHub's API answers, or what answers in its place: it is read, or refused in a sentence.</summary>
[Collection(nameof(LargeReportTests.Alone))]
public sealed class GitHubAnswerTests : IAsyncLifetime
{
    private const int Megabyte = 1024 * 1024;
    private const string Revision = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private static readonly RetryOptions Once = new() { Budget = TimeSpan.Zero };
    private static readonly string Sha = $"sha256:{new string('a', 64)}";

    private readonly ParserTrials _trials = new();
    private LoopbackServer? _server;

    // The request that is answered with the input, and how.
    private string _asked = "";
    private int _status;
    private byte[] _body = [];
    private volatile bool _wasAsked;

    public async ValueTask InitializeAsync() => _server = await LoopbackServer.StartAsync(AnswerAsync);

    public async ValueTask DisposeAsync()
    {
        _trials.Dispose();
        await _server!.DisposeAsync();
    }

    [Fact]
    public void Answers_of_GitHub_are_read_or_refused()
    {
        Try("user", "GET /user", ListAsync);
        Try("package", "GET /orgs/octo/packages/container/app", ListAsync);
        Try("versions", "GET /orgs/octo/packages/container/app/versions", ListAsync);
        Try("commit", "GET /repos/octo/app/commits/tags/v1.2.3", ReleaseAsync);
        Try("releases", "GET /repos/octo/app/releases", ReleaseAsync);
        Try("notes", "POST /repos/octo/app/releases/generate-notes", ReleaseAsync);
        Try("new release", "POST /repos/octo/app/releases", ReleaseAsync);
        Try("files of a release", "GET /repos/octo/app/releases/1/assets", ReleaseAsync);
        Try("uploaded file", "POST /upload", ReleaseAsync);
        Try("published release", "GET /repos/octo/app/releases/tags/v1.2.3", ReleaseAsync);
        Try("analysis", "POST /repos/octo/app/code-scanning/sarifs", UploadAsync);
        Try("processing", "GET /repos/octo/app/code-scanning/sarifs/1", UploadAsync);
        // The claims alone: a token that is asked for is masked from then on, in all that other tests say.
        _trials.OfBytes("GitHub: identity token", Megabyte, body => WorkflowIdentity.Read($"e30.{Base64Url.EncodeToString(body)}.e30"), """
            { "iss": "https://token.actions.githubusercontent.com", "repository": "octo/app", "job_workflow_ref": "octo/app/.github/workflows/publish.yml@refs/heads/main", "ref": "refs/heads/main", "repository_visibility": "public" }
            """);
        foreach (var status in (int[])[400, 403, 404, 422, 503])
            Try($"{status}", "GET /repos/octo/app/releases", ReleaseAsync, status, """{ "message": "no", "errors": [ { "resource": "Release", "field": "tag_name", "code": "invalid" } ], "documentation_url": "https://docs.github.com" }""");

        TestContext.Current.TestOutputHelper?.WriteLine(_trials.Table);
        Assert.True(_trials.Faults.Count == 0, string.Join('\n', _trials.Faults));
    }

    private void Try(string name, string request, Func<Task<object?>> ask, int status = 200, string? sample = null)
    {
        var refused = 0;
        _trials.OfBytes(
            $"GitHub: {name}",
            Megabyte,
            body =>
            {
                (_asked, _status, _body, _wasAsked) = (request, status, body, false);
                try
                {
                    return ask().GetAwaiter().GetResult();
                }
                catch (DeliveryException exception)
                {
                    refused++;
                    // A refusal that is valid is one, too.
                    if (status != 200) return exception.Message;
                    throw;
                }
                finally
                {
                    // Else the usual answers were read, and not this one.
                    Assert.True(_wasAsked, $"There was no {request}.");
                }
            },
            sample ?? Usual(request));
        Assert.True(refused > 0, $"No answer to {request} was refused: is it read?");
    }

    private async Task<object?> ListAsync()
    {
        using var connection = Connect();
        return await (await ContainerPackage.OpenAsync(connection, ImageReference.Parse($"{_server!.Domain}/octo/app"))).ListAsync();
    }

    private async Task<object?> ReleaseAsync()
    {
        using var connection = Connect();
        return await new Releases(connection).PublishAsync(new ReleaseContent
        {
            Tag = "v1.2.3", Revision = Revision, Version = SemanticVersion.Parse("1.2.3"), Images = "the images", Assets = [new ReleaseAsset("a.json", "application/json", "A"u8.ToArray())],
        });
    }

    private async Task<object?> UploadAsync()
    {
        using var connection = Connect();
        var scanning = new CodeScanning(connection) { Pauses = [TimeSpan.Zero] };
        var id = await scanning.UploadAsync(new SarifPayload(Revision, "refs/heads/main", [1], new Uri("file:///"), null), CancellationToken.None);
        return (await scanning.WaitAsync(_asked.StartsWith("POST", StringComparison.Ordinal) ? "1" : id, CancellationToken.None))?.ToList();
    }

    private GitHubConnection Connect() => new(GitHubServer.Parse($"http://{_server!.Domain}"), GitHubRepository.Parse("octo/app"), "ghs_0815", Once);

    private async Task AnswerAsync(HttpContext context)
    {
        var request = $"{context.Request.Method} {context.Request.Path}";
        var isAsked = request == _asked;
        _wasAsked |= isAsked;
        context.Response.StatusCode = isAsked ? _status : 200;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(isAsked ? _body : Encoding.UTF8.GetBytes(Usual(request)));
    }

    // What GitHub answers.
    private string Usual(string request) => request switch
    {
        "GET /user" => """{ "login": "someone", "id": 1, "type": "User", "created_at": "2026-01-01T00:00:00Z" }""",
        "GET /orgs/octo/packages/container/app" => """{ "id": 1, "name": "app", "package_type": "container", "owner": { "login": "octo" }, "visibility": "private" }""",
        "GET /orgs/octo/packages/container/app/versions" => $$"""
            [ { "id": 1, "name": "{{Sha}}", "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z", "metadata": { "package_type": "container", "container": { "tags": [ "1", "2" ] } } } ]
            """,
        "GET /repos/octo/app/commits/tags/v1.2.3" => $$"""{ "sha": "{{Revision}}", "commit": { "author": { "date": "2026-01-01T00:00:00Z" } }, "parents": [] }""",
        // Asked for the files or the published one, there is a release already.
        "GET /repos/octo/app/releases" => _asked.StartsWith("POST", StringComparison.Ordinal) ? "[]" : $"[ {Release(isDraft: true)} ]",
        "POST /repos/octo/app/releases/generate-notes" => """{ "name": "x", "body": "changes" }""",
        "POST /repos/octo/app/releases" => Release(isDraft: true),
        "GET /repos/octo/app/releases/1/assets" => """[ { "id": 5, "name": "a.json", "state": "uploaded", "size": 1, "digest": null } ]""",
        "POST /upload" => """{ "id": 5, "name": "a.json", "state": "uploaded", "size": 1 }""",
        "POST /repos/octo/app/code-scanning/sarifs" => """{ "id": "1", "url": "https://api.github.com/1" }""",
        "GET /repos/octo/app/code-scanning/sarifs/1" => """{ "processing_status": "failed", "errors": [ "no" ], "analyses_url": "https://api.github.com/1" }""",
        _ => Release(isDraft: false),
    };

    private string Release(bool isDraft) => $$$"""
        { "id": 1, "tag_name": "v1.2.3", "draft": {{{(isDraft ? "true" : "false")}}}, "prerelease": false, "body": "x", "html_url": "https://github.com/octo/app/releases/1",
          "upload_url": "http://{{{_server!.Domain}}}/upload{?name,label}", "assets": [], "author": { "login": "someone" }, "created_at": "2026-01-01T00:00:00Z", "published_at": null }
        """;
}
