using System.Text.Json.Nodes;
using Acci.Delivery.GitHub;
using Acci.Oci;
using Acci.Oci.Retries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;
using NuGet.Versioning;
using ReleaseAsset = Acci.Delivery.GitHub.ReleaseAsset;

namespace Acci.Delivery.Tests.GitHub;

/// <summary>A server that calls itself GitHub's API: what its answers lack is an error that says so, and neither files nor the token go where they say.</summary>
public sealed class GitHubAnswersTests
{
    private const string Foreign = "and its answer is not GitHub's: ";
    private const string Nothing = "no answer at all";
    private const string NotFound = "there is no such thing";
    private const string Broken = "the gateway is broken";
    private const string Page = "https://github.com/octo/app/releases/1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Deep => new string('[', 200_000) + new string(']', 200_000);

    [Theory]
    [InlineData("/user", "null")]
    [InlineData("/versions", "null")]
    [InlineData("/versions", "[null]")]
    [InlineData("/versions", "[{}]")]
    [InlineData("/versions", """[{ "id": 1, "name": "DIGEST", "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z" }]""")]
    [InlineData("/versions", """[{ "id": 1, "name": "DIGEST", "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z", "metadata": { "container": { "tags": [null] } } }]""")]
    [InlineData("/versions", """[{ "id": 1, "name": "DIGEST", "created_at": null, "updated_at": null, "metadata": { "container": { "tags": [] } } }]""")]
    [InlineData("/versions", """[{ "id": 1, "name": "DIGEST", "created_at": "0001-01-01T00:00:00+23:00", "updated_at": "2020-01-01T00:00:00Z", "metadata": { "container": { "tags": [] } } }]""")]
    [InlineData("/versions", """[{ "name": "DIGEST", "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z", "metadata": { "container": { "tags": [] } } }]""")]
    [InlineData("/versions", "DEEP")]
    [InlineData("/versions", "")]
    [InlineData("/versions", "{}")]
    [InlineData("/versions", "<html>Sign in to the network</html>")]
    [InlineData("/versions", "[01,DEEP")]
    [InlineData("/versions", "\ufeffDEEP")]
    public async Task What_a_list_of_versions_lacks_is_no_reason_to_delete(string path, string answer)
    {
        var body = answer.Replace("DIGEST", $"{Digest.Of([1])}", StringComparison.Ordinal).Replace("DEEP", Deep, StringComparison.Ordinal);
        await using var server = await StartAsync((asked, _) => asked.Contains(path, StringComparison.Ordinal) ? body : null);
        using var connection = Connect(server);

        var failure = await Assert.ThrowsAsync<DeliveryException>(async () =>
            await (await ContainerPackage.OpenAsync(connection, ImageReference.Parse($"{server.Domain}/octo/app"), Cancellation)).ListAsync(Cancellation));

        Assert.Contains(Foreign, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_not_read_as_JSON_whatever_its_server_calls_it()
    {
        await using var server = await StartAsync((_, _) => $"[01,{Deep}");
        using var connection = Connect(server);

        var file = await connection.RunAsync(
            "download it", "contents: read", github => github.Connection.Get<object>(new Uri("file", UriKind.Relative), null, "application/octet-stream"), Cancellation);

        Assert.Equal(Deep.Length + "[01,".Length, Assert.IsAssignableFrom<Stream>(file.HttpResponse.Body).Length);
    }

    [Theory]
    [InlineData(400, "")]
    [InlineData(400, "[01,")]
    [InlineData(400, "\ufeff")]
    [InlineData(503, "")]
    public async Task What_is_nested_too_deeply_is_not_read_from_a_refusal_either(int status, string before)
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(before + Deep, context.RequestAborted);
        });

        Assert.Contains($"{status}", (await Assert.ThrowsAnyAsync<DeliveryException>(() => ReleaseAsync(server))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/commits/", "null")]
    [InlineData("GET", "/commits/", """{ "sha": null }""")]
    [InlineData("GET", "/releases?", "null")]
    [InlineData("GET", "/releases?", "[null]")]
    [InlineData("GET", "/releases?", "[{}]")]
    [InlineData("POST", "/generate-notes", "null")]
    [InlineData("POST", "/generate-notes", """{ "body": null }""")]
    [InlineData("POST", "/releases", "null")]
    [InlineData("POST", "/releases", """{ "id": 1, "tag_name": "v1.2.3", "html_url": "https://github.com/octo/app", "upload_url": null }""")]
    [InlineData("GET", "/assets", "null")]
    [InlineData("GET", "/assets", "[null]")]
    [InlineData("PATCH", "/releases/1", "null")]
    [InlineData("PATCH", "/releases/1", """{ "id": 1, "tag_name": "v1.2.3", "html_url": null, "upload_url": "UPLOADS" }""")]
    [InlineData("PATCH", "/releases/1", """{ "id": 1, "tag_name": "v1.2.3", "html_url": "no address", "upload_url": "UPLOADS" }""")]
    public async Task What_an_answer_about_a_release_lacks_is_said(string method, string path, string answer)
    {
        await using var server = await StartAsync((asked, how) => how == method && asked.Contains(path, StringComparison.Ordinal) ? answer : null);

        Assert.Contains(Foreign, (await Assert.ThrowsAsync<DeliveryException>(() => ReleaseAsync(server))).Message, StringComparison.Ordinal);
    }

    [Theory]
    // What GitHub would have to say is that it is published, under this tag, with these files. It says something else, or nothing.
    [InlineData("POST", "/releases", """{ "tag_name": "v1.2.3", "draft": true, "html_url": "https://github.com/octo/app", "upload_url": "UPLOADS" }""", "'id' is missing")]
    [InlineData("POST", "/releases", """{ "id": 1, "tag_name": "v9.9.9", "draft": true, "html_url": "https://github.com/octo/app", "upload_url": "UPLOADS" }""", "has another tag")]
    [InlineData("GET", "/assets", """[{ "name": "a.json", "state": "uploaded" }]""", "'id' is missing")]
    [InlineData("GET", "/assets", """{ "message": "x" }""", "'id' is missing")]
    [InlineData("GET", "/assets", """[{ "id": 5, "state": "uploaded" }]""", "'name' is missing")]
    [InlineData("GET", "/assets", """[{ "id": 5, "name": "a.json", "state": "starter", "size": 1 }]""", "does not have a.json with the content that was uploaded")]
    [InlineData("GET", "/assets", """[{ "id": 5, "name": "b.json", "state": "uploaded", "size": 1 }]""", "does not have a.json with the content that was uploaded")]
    [InlineData("GET", "/assets", """[{ "id": 5, "name": "a.json", "state": "uploaded", "size": 2 }]""", "does not have a.json with the content that was uploaded")]
    [InlineData("GET", "/assets", """[{ "id": 5, "name": "a.json", "state": "uploaded", "size": 1, "digest": "sha256:00" }]""", "does not have a.json with the content that was uploaded")]
    [InlineData("GET", "/releases/tags/", """{ "id": 1, "tag_name": "v1.2.3", "draft": true, "html_url": "https://github.com/octo/app", "upload_url": "UPLOADS" }""", "does not show it as published")]
    [InlineData("GET", "/releases/tags/", """{ "id": 77, "tag_name": "v1.2.3", "draft": false, "html_url": "https://github.com/octo/app", "upload_url": "UPLOADS" }""", "does not show it as published")]
    [InlineData("GET", "/releases/tags/", NotFound, "does not show it as published")]
    // Without `draft` it may be one.
    [InlineData("GET", "/releases?", """[{ "id": 1, "tag_name": "v1.2.3", "body": "<!-- acci:images -->\nthe images\n<!-- /acci:images -->", "html_url": "https://github.com/octo/app", "upload_url": "UPLOADS" }]""", "does not show it as published")]
    public async Task A_release_is_published_when_others_see_it_with_its_files(string method, string path, string answer, string problem)
    {
        // A release that is not one is not found by its tag.
        var isFound = path != "/releases?";
        await using var server = await StartAsync((asked, how) => how == method && asked.Contains(path, StringComparison.Ordinal) && !asked.Contains("notes", StringComparison.Ordinal)
            ? answer : !isFound && asked.Contains("/releases/tags/", StringComparison.Ordinal) ? NotFound : null);

        var failure = await Assert.ThrowsAnyAsync<DeliveryException>(() => ReleaseAsync(server));

        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("not an address")]
    [InlineData("http://127.0.0.2:PORT/steal")]
    [InlineData("https://127.0.0.1:PORT/steal")]
    [InlineData("http://someone:secret@127.0.0.1:PORT/steal")]
    public async Task Files_and_token_go_to_no_other_host_than_the_API_s(string address)
    {
        var uploads = 0;
        LoopbackServer? started = null;
        await using var server = started = await StartAsync((asked, how) =>
        {
            if (asked.Contains("steal", StringComparison.Ordinal)) uploads++;
            return how == "POST" && asked.EndsWith("/releases", StringComparison.Ordinal)
                ? Release(draft: true, address.Replace("PORT", started!.Domain.Split(':')[1], StringComparison.Ordinal)) : null;
        });

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => ReleaseAsync(server));

        Assert.Contains("by its own answer, and not on 127.0.0.1", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, uploads);
    }

    [Theory]
    [InlineData("https://api.github.com", "https://uploads.github.com/repos/octo/app/releases/1/assets", true)]
    [InlineData("https://api.github.com", "https://api.github.com/uploads/1", true)]
    [InlineData("https://api.github.com", "https://uploads.github.com.example.com/1", false)]
    [InlineData("https://api.github.com", "http://uploads.github.com/1", false)]
    [InlineData("https://api.octo.ghe.com", "https://uploads.octo.ghe.com/1", true)]
    [InlineData("https://github.example.com/api/v3", "https://github.example.com/api/uploads/repos/1", true)]
    [InlineData("https://github.example.com/api/v3", "https://uploads.example.com/1", false)]
    public void Each_server_takes_uploads_where_GitHub_s_documentation_says(string api, string address, bool isTaken)
    {
        var server = GitHubServer.Parse(api);

        if (isTaken) Assert.Equal(address, server.UploadAddress(address).ToString());
        else Assert.Throws<DeliveryException>(() => server.UploadAddress(address));
    }

    [Theory]
    [InlineData("<http://127.0.0.2:1/releases?page=2>; rel=\"next\"", "which is not its own")]
    [InlineData("<file:///etc/passwd>; rel=\"next\"", "which is not its own")]
    [InlineData("<http://127.0.0.2:1/releases?page=2>; title=\"a, b\"; rel=\"next\"", null)]
    [InlineData("rel=\"next\"; <http://SERVER/repos/octo/app/releases?page=COUNT>", "more than 1000 pages")]
    [InlineData("<http://SERVER/repos/octo/app/releases?page=COUNT>; xrel=\"next\"", "more than 1000 pages")]
    [InlineData("<https://SERVER/repos/octo/app/releases?page=2>; rel=\"next\"", "which is not its own")]
    [InlineData("<http://SERVER/repos/octo/app/releases?per_page=100>; rel=\"last\", <http://SERVER/repos/octo/app/releases?page=2>; rel=\"next\"", "comes twice")]
    [InlineData("<http://SERVER/repos/octo/app/releases?page=COUNT>; rel=\"next\"", "more than 1000 pages")]
    public async Task Pages_have_an_end_and_stay_where_the_API_is(string link, string? problem)
    {
        var count = 0;
        LoopbackServer? started = null;
        await using var server = started = await StartAsync(
            (asked, _) => asked.Contains("/releases?", StringComparison.Ordinal) ? "[]" : null,
            asked => asked.Contains("/releases?", StringComparison.Ordinal)
                ? link.Replace("SERVER", started!.Domain, StringComparison.Ordinal).Replace("COUNT", $"{++count}", StringComparison.Ordinal) : null);

        // How Octokit reads the header decides whether it goes there; with the token it does not.
        if (problem is null) await ReleaseAsync(server);
        else Assert.Contains(problem, (await Assert.ThrowsAsync<DeliveryException>(() => ReleaseAsync(server))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_goes_to_no_other_host_whatever_says_so()
    {
        await using var server = await StartAsync((_, _) => null);
        await using var other = await LoopbackServer.StartAsync(_ => throw new InvalidOperationException("It was asked."));
        using var connection = Connect(server);

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => connection.RunAsync(
            "go on", "contents: read", github => github.Connection.Get<object>(new Uri($"http://{other.Domain}/next"), null), Cancellation));

        Assert.StartsWith($"127.0.0.1 sends the build on to http://{other.Domain}, which is not its own", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST /releases", "Whether there is a draft of v1.2.3 on 127.0.0.1 is not known.")]
    [InlineData("POST /upload", "v1.2.3 is a draft on 127.0.0.1, without some of its files.")]
    [InlineData("PATCH /releases/1", "Whether the release v1.2.3 on 127.0.0.1 is published is not known.")]
    public async Task A_release_that_is_interrupted_says_what_is_not_known(string moment, string statement)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using var server = await StartAsync((asked, how) =>
        {
            if (how != moment.Split(' ')[0] || !asked.Contains(moment.Split(' ')[1], StringComparison.Ordinal) || asked.Contains("notes", StringComparison.Ordinal)) return null;
            stop.Cancel();
            return Nothing;
        });

        var ended = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReleaseAsync(server, stop.Token));

        Assert.Equal($"{statement} The same command goes on with it.", ended.Message);
    }

    [Theory]
    [InlineData("POST /releases", Broken, "Whether there is a draft of v1.2.3 on 127.0.0.1 is not known. The same command goes on with it.")]
    [InlineData("POST /releases", NotFound, "")]
    [InlineData("POST /upload", Broken, "v1.2.3 is a draft on 127.0.0.1, without some of its files. The same command goes on with it.")]
    [InlineData("POST /upload", NotFound, "v1.2.3 is a draft on 127.0.0.1, without some of its files. The same command goes on with it.")]
    [InlineData("PATCH /releases/1", Broken, "Whether the release v1.2.3 on 127.0.0.1 is published is not known. The same command goes on with it.")]
    [InlineData("PATCH /releases/1", NotFound, "v1.2.3 is a draft on 127.0.0.1. The same command goes on with it.")]
    public async Task A_release_that_fails_says_how_far_it_has_come(string moment, string answer, string statement)
    {
        await using var server = await StartAsync((asked, how) =>
            how == moment.Split(' ')[0] && asked.Contains(moment.Split(' ')[1], StringComparison.Ordinal) && !asked.Contains("notes", StringComparison.Ordinal) ? answer : null);

        var failure = await Assert.ThrowsAnyAsync<DeliveryException>(() => ReleaseAsync(server));

        Assert.EndsWith(statement, failure.Message, StringComparison.Ordinal);
        Assert.Equal(statement.Length > 0, failure.Message.Contains("1.2.3 on 127.0.0.1 is", StringComparison.Ordinal) || failure.Message.Contains("v1.2.3 is a draft", StringComparison.Ordinal));
    }

    [Theory]
    // The first attempt may have been carried out, whatever the second is answered.
    [InlineData("PATCH /releases/1", "Whether the release v1.2.3 on 127.0.0.1 is published is not known. The same command goes on with it.")]
    [InlineData("GET /releases/tags/", "The release v1.2.3 on 127.0.0.1 is published. The same command goes on with it.")]
    public async Task A_release_that_may_be_public_is_not_called_a_draft(string moment, string statement)
    {
        var (attempts, isPublished) = (0, false);
        await using var server = await StartAsync((asked, how) =>
        {
            isPublished |= how == "PATCH";
            if (how != moment.Split(' ')[0] || !asked.Contains(moment.Split(' ')[1], StringComparison.Ordinal) || !isPublished) return null;
            return how == "PATCH" && attempts++ == 0 ? Broken : NotFound;
        });

        var failure = await Assert.ThrowsAnyAsync<DeliveryException>(() => ReleaseAsync(server));

        Assert.EndsWith(statement, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("is a draft", failure.Message, StringComparison.Ordinal);
    }

    private static async Task ReleaseAsync(LoopbackServer server, CancellationToken? cancellationToken = null)
    {
        using var connection = Connect(server);
        var content = new ReleaseContent
        {
            Tag = "v1.2.3", Revision = new string('a', 40), Version = SemanticVersion.Parse("1.2.3"), Images = "the images", Assets = [new ReleaseAsset("a.json", "application/json", "A"u8.ToArray())],
        };
        await new Releases(connection).PublishAsync(content, cancellationToken ?? Cancellation);
    }

    // A good answer may take as long as it takes on a busy machine; only the waits between two attempts pass at once.
    private static GitHubConnection Connect(LoopbackServer server) => new(
        GitHubServer.Parse($"http://{server.Domain}"), GitHubRepository.Parse("octo/app"), "ghs_0815", new RetryOptions { Budget = TimeSpan.FromMinutes(1), Time = new TestClock() });

    // GitHub's answers, but for those that are given.
    private static async Task<LoopbackServer> StartAsync(Func<string, string, string?> answer, Func<string, string?>? link = null)
    {
        LoopbackServer? server = null;
        var isUploaded = false;
        return server = await LoopbackServer.StartAsync(async context =>
        {
            var (path, method) = ($"{context.Request.Path}{context.Request.QueryString}", context.Request.Method);
            var uploads = $"http://{server!.Domain}/upload/1/assets{{?name,label}}";
            isUploaded |= method == "POST" && path.Contains("/upload/", StringComparison.Ordinal);
            var body = answer(path, method)?.Replace("UPLOADS", uploads, StringComparison.Ordinal) ?? (method, path) switch
            {
                (_, var x) when x.Contains("/commits/", StringComparison.Ordinal) => $$"""{ "sha": "{{new string('a', 40)}}" }""",
                (_, var x) when x.Contains("/generate-notes", StringComparison.Ordinal) => """{ "name": "x", "body": "changes" }""",
                ("POST", var x) when x.EndsWith("/releases", StringComparison.Ordinal) => Release(draft: true, uploads),
                ("PATCH", _) => Release(draft: false, uploads),
                ("POST", var x) when x.Contains("/upload/", StringComparison.Ordinal) => """{ "id": 5, "name": "a.json", "state": "uploaded" }""",
                (_, var x) when x.Contains("/assets", StringComparison.Ordinal) => isUploaded ? """[{ "id": 5, "name": "a.json", "state": "uploaded", "size": 1 }]""" : "[]",
                (_, var x) when x.Contains("/releases/tags/", StringComparison.Ordinal) => Release(draft: false, uploads),
                (_, var x) when x.Contains("/versions", StringComparison.Ordinal) => "[]",
                (_, "/user") => """{ "login": "someone", "id": 1 }""",
                (_, var x) when x.Contains("/packages/", StringComparison.Ordinal) => """{ "id": 1, "name": "app", "package_type": "container" }""",
                _ => "[]",
            };
            if (body == Nothing) await Task.Delay(Timeout.Infinite, context.RequestAborted);
            if (body == NotFound) context.Response.StatusCode = 404;
            if (body == Broken) context.Response.StatusCode = 502;
            context.Response.ContentType = "application/json";
            if (link?.Invoke(path) is { } next) context.Response.Headers.Link = next;
            await context.Response.WriteAsync(body == NotFound ? """{ "message": "Not Found" }""" : body, context.RequestAborted);
        });
    }

    private static string Release(bool draft, string uploads) => new JsonObject
    {
        ["id"] = 1, ["tag_name"] = "v1.2.3", ["draft"] = draft, ["prerelease"] = false, ["body"] = "x", ["html_url"] = Page, ["upload_url"] = uploads,
    }.ToJsonString();
}
