using System.Globalization;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Oci.Tests.Registries;

/// <summary>A list that a registry gives page by page is whole, or an error.</summary>
public sealed class TagListTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("</v2/app/tags/list?last={0},{0}>; rel=\"next\"")]
    [InlineData("<list?last={0}>; rel=next; title=\"a, b\"")]
    [InlineData("<?last={0}>; rel=\"last next\"")]
    [InlineData("</v2/app/tags/list>; rel=\"first\", </v2/app/tags/list?last={0}>; rel=\"next\"")]
    public async Task Every_legal_way_of_naming_the_next_page_leads_to_it(string link)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            var page = context.Request.Query["last"] is [{ } last] ? int.Parse(last.Split(',')[0], CultureInfo.InvariantCulture) : 0;
            if (page < 3) context.Response.Headers.Link = string.Format(CultureInfo.InvariantCulture, link, page + 1);
            return context.Response.WriteAsync(page == 1 ? """{"tags":null}""" : $$"""{"tags":["{{page}}"]}""", Cancellation);
        });

        Assert.Equal(["0", "2", "3"], await ListAsync(server));
    }

    [Theory]
    [InlineData(400, """{"errors":[{"code":"PAGINATION_NUMBER_INVALID","message":"invalid number of results requested"}]}""")]
    [InlineData(400, "")]
    [InlineData(422, """{"errors":[{"code":"PAGINATION_NUMBER_INVALID"}]}""")]
    [InlineData(422, """{"errors":[{"code":"UNSUPPORTED","message":"n is too large"}]}""")]
    [InlineData(416, "")]
    [InlineData(413, "")]
    public async Task A_page_size_that_is_refused_is_done_without(int status, string body)
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            var refused = context.Request.Query.ContainsKey("n");
            context.Response.StatusCode = refused ? status : 200;
            await context.Response.WriteAsync(refused ? body : """{"tags":["1","2"]}""", Cancellation);
        });

        Assert.Equal(["1", "2"], await ListAsync(server));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(400)]
    [InlineData(401)]
    public async Task A_later_page_that_is_not_to_be_had_is_no_end(int status)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Query.ContainsKey("last") ? status : 200;
            context.Response.Headers.Link = "</v2/app/tags/list?last=1>; rel=next";
            return context.Response.WriteAsync("""{"tags":["1"]}""", Cancellation);
        });

        var error = await Assert.ThrowsAsync<DeliveryException>(() => ListAsync(server));

        Assert.StartsWith($"{server.Domain}: the list of the tags of app breaks off: ", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{status}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_that_cannot_be_read_is_no_end()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.Headers.Link = "/v2/app/tags/list?last=1; rel=next";
            return context.Response.WriteAsync("""{"tags":["1"]}""", Cancellation);
        });

        var error = await Assert.ThrowsAsync<DeliveryException>(() => ListAsync(server));

        Assert.Contains("names its next page in a Link header that cannot be read", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_full_page_without_a_link_need_not_be_the_last(bool knowsLast)
    {
        string[] all = ["a", "b", "c", "d", "e"];
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            var after = knowsLast && context.Request.Query["last"] is [{ } last] ? last : "";
            var page = all[..(knowsLast ? 5 : 2)].Where(x => string.CompareOrdinal(x, after) > 0).Take(2);
            return context.Response.WriteAsJsonAsync(new { tags = page }, Cancellation);
        });

        Assert.Equal(knowsLast ? all : ["a", "b"], await ListAsync(server, 2));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_list_that_is_refused_is_not_asked_for_without_a_page_size(int status)
    {
        var asked = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            asked++;
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });

        await Assert.ThrowsAsync<RegistryException>(() => ListAsync(server));

        Assert.Equal(1, asked);
    }

    // As the distribution project's registry, GitLab's and Quay answer, then ghcr.io, Harbor, and Amazon's.
    [Theory]
    [InlineData("""{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known to registry","detail":{"name":"app"}}]}""")]
    [InlineData("""{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known to registry"}]}""")]
    [InlineData("""{"errors":[{"code":"NOT_FOUND","message":"repository library/app not found"}]}""")]
    [InlineData("""{"errors":[{"code":"NAME_UNKNOWN","message":"The repository with name 'app' does not exist in the registry with id '1'"}]}""")]
    [InlineData("""{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}""")]
    [InlineData("\r\n {\"errors\":[{\"code\":\"NAME_UNKNOWN\"}]}")]
    [InlineData("\uFEFF{\"errors\":[{\"code\":\"NAME_UNKNOWN\"}]}")]
    [InlineData("""{"errors":[{"code":"NAME_UNKNOWN","message":{"text":"x"}}]}""")]
    [InlineData("""{"errors":[{"code":404},{"code":"NAME_UNKNOWN","message":["x"]}]}""")]
    [InlineData("""{"errors":{"code":"NAME_UNKNOWN","message":null}}""")]
    public async Task A_repository_that_is_not_there_has_no_tags(string body)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 404;
            return context.Response.WriteAsync(body, Cancellation);
        });

        Assert.Empty(await ListAsync(server));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>Not found</html>")]
    [InlineData("404 page not found")]
    [InlineData("""{"message":"no route"}""")]
    [InlineData("""{"errors":[]}""")]
    [InlineData("""{"errors":[{"status":404,"message":"Not Found"}]}""")]
    [InlineData("""{"errors":[{"code":"UNSUPPORTED","message":"no"}]}""")]
    [InlineData("""{"errors":[{"code":"UNKNOWN","message":"unknown error"}]}""")]
    [InlineData("""{"errors":[{"code":"PAGE_NOT_FOUND","message":"no route"}]}""")]
    [InlineData("""{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}""")]
    [InlineData("""{"errors":[{"code":"PAGINATION_NUMBER_INVALID","message":"n"}]}""")]
    [InlineData("""{"errors":[{"code":"NAME_INVALID","message":"invalid repository name"}]}""")]
    [InlineData("""{"errors":[{"code":404,"message":"not found"}]}""")]
    public async Task What_no_registry_says_of_a_repository_is_not_taken_for_an_empty_one(string body)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 404;
            return context.Response.WriteAsync(body, Cancellation);
        });

        var error = await Assert.ThrowsAsync<DeliveryException>(() => ListAsync(server));

        Assert.StartsWith(
            $"{server.Domain} answers /v2/app/tags/list with 404, and not as a registry that has no such repository: whether app has tags is not known.",
            error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("registry/2.0", "", true)]
    [InlineData("registry/2.0", "<html>Not found</html>", false)]
    [InlineData("registry/2.0", """{"errors":[{"code":"DENIED"}]}""", false)]
    [InlineData("registry/1.0", "", false)]
    public async Task A_registry_that_answers_with_nothing_has_no_such_repository_where_it_names_itself(string version, string body, bool isRegistry)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            (context.Response.StatusCode, context.Response.ContentLength) = (404, body.Length);
            context.Response.Headers["Docker-Distribution-Api-Version"] = version;
            return context.Response.WriteAsync(body, Cancellation);
        });

        if (isRegistry) Assert.Empty(await ListAsync(server));
        else await Assert.ThrowsAsync<DeliveryException>(() => ListAsync(server));
    }

    [Fact]
    public async Task A_token_service_that_is_not_there_does_not_say_that_there_are_no_tags()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            var isToken = context.Request.Path == "/token";
            context.Response.StatusCode = isToken ? 404 : 401;
            if (!isToken) context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{context.Request.Host}/token\",service=\"s\",scope=\"repository:app:pull\"";
            return context.Response.WriteAsync("""{"errors":[{"code":"NOT_FOUND","message":"no such page"}]}""", Cancellation);
        });

        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => ListAsync(server));

        Assert.DoesNotContain("tags/list with 404", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(200)]
    public async Task Referrers_that_break_off_are_not_looked_for_under_the_tag(int status)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            var first = context.Request.Query.Count == 0;
            context.Response.StatusCode = first ? 200 : status;
            context.Response.ContentType = first ? MediaTypes.ImageIndex : "text/html";
            context.Response.Headers.Link = "<?last=1,2>; rel=\"next\"";
            return context.Response.WriteAsync("""{"schemaVersion":2,"manifests":[]}""", Cancellation);
        });
        using var registry = Connect(server);

        var error = await Assert.ThrowsAsync<DeliveryException>(() =>
            registry.ListReferrersAsync(ImageReference.Parse($"{server.Domain}/app").WithDigest(Digest.Of([])), cancellationToken: Cancellation));

        Assert.Contains("breaks off: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("last=1,2", error.Message, StringComparison.Ordinal);
    }

    private static OciRegistry Connect(LoopbackServer server) =>
        new(server.Domain, new RegistryOptions { Retry = new RetryOptions { Budget = TimeSpan.FromSeconds(20) } });

    private static async Task<List<string>> ListAsync(LoopbackServer server, int pageSize = 1000)
    {
        using var registry = Connect(server);
        return await registry.ListTagsAsync(ImageReference.Parse($"{server.Domain}/app"), pageSize, Cancellation).ToListAsync(Cancellation);
    }
}
