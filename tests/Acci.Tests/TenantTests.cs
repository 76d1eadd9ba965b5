using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Acci.Tests.Servers;

namespace Acci.Tests;

public sealed class TenantTests(LocalServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_tenant_is_created_read_listed_and_deleted()
    {
        await using var app = await ServeAsync();

        using var created = await app.Http.PostAsJsonAsync("/api/tenants", new { slug = "acme", name = "Acme & Söhne 🚀" }, Cancellation);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("/api/tenants/acme", created.Headers.Location?.OriginalString);
        var tenant = await created.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Equal("Acme & Söhne 🚀", tenant.GetProperty("name").GetString());
        Assert.Equal(DateTimeKind.Utc, tenant.GetProperty("createdAt").GetDateTime().Kind);

        var read = await app.Http.GetFromJsonAsync<JsonElement>("/api/tenants/acme", Cancellation);
        Assert.Equal(tenant.GetRawText(), read.GetRawText());
        var list = await app.Http.GetFromJsonAsync<JsonElement>("/api/tenants", Cancellation);
        Assert.Equal(tenant.GetRawText(), Assert.Single(list.GetProperty("items").EnumerateArray()).GetRawText());

        using var deleted = await app.Http.DeleteAsync("/api/tenants/acme", Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await Answers.ProblemAsync(await app.Http.GetAsync("/api/tenants/acme", Cancellation), HttpStatusCode.NotFound, "There is no tenant 'acme'.");
        await Answers.ProblemAsync(await app.Http.DeleteAsync("/api/tenants/acme", Cancellation), HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Of_concurrent_creates_of_one_slug_exactly_one_succeeds()
    {
        await using var app = await ServeAsync();
        await using var replica = await AppProcess.ServeReadyAsync(Cancellation, [.. app.Environment]);

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            var http = i % 2 == 0 ? app.Http : replica.Http;
            using var answer = await http.PostAsJsonAsync("/api/tenants", new { slug = "acme", name = $"Acme {i}" }, Cancellation);
            return answer.StatusCode;
        }));

        Assert.Single(answers, HttpStatusCode.Created);
        Assert.Equal(39, answers.Count(status => status == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task Pages_are_complete_and_follow_each_other()
    {
        await using var app = await ServeAsync();
        var slugs = Enumerable.Range(0, 25).Select(i => $"tenant-{i:00}").ToList();
        await Task.WhenAll(slugs.Select(slug => app.Http.PostAsJsonAsync("/api/tenants", new { slug, name = slug }, Cancellation)));

        var seen = new List<string>();
        var pages = 0;
        for (string? next = "/api/tenants?limit=10"; next is not null; pages++)
        {
            using var response = await app.Http.GetAsync(next, Cancellation);
            var page = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("slug").GetString()!));
            next = page.TryGetProperty("next", out var link) ? link.GetString() : null;
            Assert.Equal(next is null ? [] : [$"<{next}>; rel=\"next\""], response.Headers.TryGetValues("Link", out var links) ? links : []);
        }

        Assert.Equal(3, pages);
        Assert.Equal(slugs, seen);
    }

    [Fact]
    public async Task An_unchanged_tenant_is_not_sent_again()
    {
        await using var app = await ServeAsync();
        using var created = await app.Http.PostAsJsonAsync("/api/tenants", new { slug = "acme", name = "Acme" }, Cancellation);
        var tag = created.Headers.ETag!;

        using var unchanged = await SendAsync(app, HttpMethod.Get, headers => headers.IfNoneMatch.Add(tag));
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.Equal(tag, unchanged.Headers.ETag);
        Assert.Empty(await unchanged.Content.ReadAsByteArrayAsync(Cancellation));

        using var changed = await SendAsync(app, HttpMethod.Get, headers => headers.IfNoneMatch.ParseAdd("\"another\""));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    [Fact]
    public async Task A_conditional_delete_spares_another_tenant_of_the_same_slug()
    {
        await using var app = await ServeAsync();
        using var first = await app.Http.PostAsJsonAsync("/api/tenants", new { slug = "acme", name = "Acme" }, Cancellation);
        using var _ = await app.Http.DeleteAsync("/api/tenants/acme", Cancellation);
        using var second = await app.Http.PostAsJsonAsync("/api/tenants", new { slug = "acme", name = "Acme again" }, Cancellation);
        Assert.NotEqual(first.Headers.ETag, second.Headers.ETag);

        await Answers.ProblemAsync(
            await SendAsync(app, HttpMethod.Delete, headers => headers.IfMatch.Add(first.Headers.ETag!)), HttpStatusCode.PreconditionFailed);
        await Answers.ProblemAsync(
            await SendAsync(app, HttpMethod.Delete, headers => headers.TryAddWithoutValidation("If-Match", "nonsense")),
            HttpStatusCode.PreconditionFailed);

        using var deleted = await SendAsync(app, HttpMethod.Delete, headers => headers.IfMatch.Add(second.Headers.ETag!));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await Answers.ProblemAsync(
            await SendAsync(app, HttpMethod.Delete, headers => headers.IfMatch.Add(EntityTagHeaderValue.Any)), HttpStatusCode.PreconditionFailed);
    }

    [Fact]
    public async Task Conditions_hold_for_reading_and_deleting_alike()
    {
        await using var app = await AppProcess.ServeReadyAsync(
            Cancellation, [.. await servers.Postgres.CreateDatabaseAsync(Cancellation), .. servers.Redis.Settings()]);
        using var created = await app.Http.PostAsJsonAsync("/api/tenants", new { slug = "acme", name = "Acme" }, Cancellation);
        var tag = created.Headers.ETag!;
        using var read = await SendAsync(app, HttpMethod.Get, headers => headers.IfMatch.Add(tag));
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);

        await Answers.ProblemAsync(
            await SendAsync(app, HttpMethod.Get, headers => headers.IfMatch.ParseAdd("\"another\"")), HttpStatusCode.PreconditionFailed);
        await Answers.ProblemAsync(
            await SendAsync(app, HttpMethod.Get, headers => headers.IfMatch.Add(new EntityTagHeaderValue(tag.Tag, isWeak: true))),
            HttpStatusCode.PreconditionFailed);
        foreach (var other in new[] { EntityTagHeaderValue.Any, new EntityTagHeaderValue(tag.Tag, isWeak: true) })
            await Answers.ProblemAsync(
                await SendAsync(app, HttpMethod.Delete, headers => headers.IfNoneMatch.Add(other)), HttpStatusCode.PreconditionFailed);
        await Answers.ProblemAsync(
            await SendAsync(app, HttpMethod.Delete, headers => headers.IfMatch.ParseAdd("\"another\"")), HttpStatusCode.PreconditionFailed);
        await Answers.ProblemAsync(await app.Http.DeleteAsync("/api/tenants/missing", Cancellation), HttpStatusCode.NotFound);

        // A deletion that was refused has left nothing in the cache, and the copy is still there.
        Assert.Empty(await servers.Redis.CommandAsync(Cancellation, "keys", $"{AppSettings.AppName}:*:tenant:1:missing"));
        using var deleted = await SendAsync(app, HttpMethod.Delete, headers => headers.IfNoneMatch.ParseAdd("\"another\""));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Fact]
    public async Task Without_a_database_tenants_are_unavailable_and_the_answer_says_what_to_set()
    {
        await using var app = await AppProcess.ServeAsync(Cancellation);

        await Answers.ProblemAsync(
            await app.Http.GetAsync("/api/tenants", Cancellation),
            HttpStatusCode.ServiceUnavailable,
            "No database is configured: set APP__DATABASE__HOST.");
    }

    private async Task<AppProcess> ServeAsync() =>
        await AppProcess.ServeReadyAsync(Cancellation, [.. await servers.Postgres.CreateDatabaseAsync(Cancellation)]);

    private static async Task<HttpResponseMessage> SendAsync(AppProcess app, HttpMethod method, Action<HttpRequestHeaders> addHeaders)
    {
        using var request = new HttpRequestMessage(method, "/api/tenants/acme");
        addHeaders(request.Headers);
        return await app.Http.SendAsync(request, Cancellation);
    }
}
