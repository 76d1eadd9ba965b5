using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Acci.Tests;

public sealed class BadInputTests(SharedApp app) : IClassFixture<SharedApp>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", null)]
    [InlineData("{", null)]
    [InlineData("null", null)]
    [InlineData("[]", null)]
    [InlineData("{\"slug\":\"acme\",\"name\":}", "name")]
    [InlineData("{\"slug\":7,\"name\":\"Acme\"}", "slug")]
    [InlineData("{\"slug\":\"acme\",\"name\":[\"Acme\"]}", "name")]
    [InlineData("{\"slug\":\"acme\",\"name\":\"Acme\",\"admin\":true}", "admin")]
    [InlineData("{\"slug\":\"acme\",\"name\":\"Acme\",\"name\":\"Evil\"}", "name")]
    [InlineData("{\"slug\":\"acme\",\"name\":\"\\ud800\"}", "name")]
    public async Task A_body_that_is_not_the_JSON_expected_is_refused_by_name(string body, string? field)
    {
        var problem = await Answers.ProblemAsync(await PostAsync(body), HttpStatusCode.BadRequest);

        if (field is not null)
            Assert.Contains($"$.{field}", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    public async Task A_missing_body_is_asked_for(string body) =>
        await Answers.ProblemAsync(await PostAsync(body), HttpStatusCode.BadRequest, "A JSON body is required.");

    [Theory]
    [InlineData("{}", "slug", "is required")]
    [InlineData("{\"slug\":\"acme\"}", "name", "is required")]
    [InlineData("{\"slug\":\"acme\",\"name\":\" \"}", "name", "must not be empty")]
    [InlineData("{\"slug\":\"acme\",\"name\":\"a\\u0000b\"}", "name", "must not contain control characters")]
    [InlineData("{\"slug\":\"Acme\",\"name\":\"Acme\"}", "slug", "must be 1 to 63 lower-case letters")]
    [InlineData("{\"slug\":\"-acme\",\"name\":\"Acme\"}", "slug", "must be 1 to 63 lower-case letters")]
    [InlineData("{\"slug\":\"\",\"name\":\"Acme\"}", "slug", "must be 1 to 63 lower-case letters")]
    [InlineData("{\"slug\":\"acme\\n\",\"name\":\"Acme\"}", "slug", "must be 1 to 63 lower-case letters")]
    public async Task A_wrong_field_is_named(string body, string field, string message)
    {
        var problem = await Answers.ProblemAsync(await PostAsync(body), HttpStatusCode.BadRequest);

        Assert.StartsWith(message, problem.GetProperty("errors").GetProperty(field)[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_of_10_000_characters_is_refused_and_one_of_200_is_not()
    {
        var problem = await Answers.ProblemAsync(await PostAsync(Tenant(new string('x', 10_000))), HttpStatusCode.BadRequest);
        Assert.Equal("must have at most 200 characters", problem.GetProperty("errors").GetProperty("name")[0].GetString());

        using var accepted = await PostAsync(Tenant(string.Concat(Enumerable.Repeat("🚀", 200)), slug: "rockets"));
        Assert.Equal(HttpStatusCode.Created, accepted.StatusCode);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused() =>
        await Answers.ProblemAsync(await PostAsync(Tenant(new string('x', 100_000))), HttpStatusCode.RequestEntityTooLarge);

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=nonsense")]
    [InlineData("application/json; charset=utf-7")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData(null)]
    public async Task Another_media_type_is_refused(string? mediaType) =>
        await Answers.ProblemAsync(await PostAsync(Tenant("Acme"), mediaType), HttpStatusCode.UnsupportedMediaType);

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    public async Task The_charset_of_JSON_may_be_said(string mediaType)
    {
        using var created = await PostAsync(Tenant("Acme", $"t{Guid.NewGuid():N}"), mediaType);

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }

    [Fact]
    public async Task A_body_that_turns_out_too_large_while_it_comes_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tenants") { Content = new StringContent(Tenant(new string('x', 100_000))) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TransferEncodingChunked = true;

        await Answers.ProblemAsync(await app.Http.SendAsync(request, Cancellation), HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_body_that_comes_too_slowly_is_refused_within_the_time_of_a_request()
    {
        using var client = new RawClient(app.Port);
        var started = DateTime.UtcNow;

        var status = await client.SendAsync(
            Encoding.ASCII.GetBytes("POST /api/tenants HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"),
            Cancellation);

        Assert.Equal(408, status);
        Assert.True(DateTime.UtcNow - started >= TimeSpan.FromSeconds(1), "It did not wait for the body.");
        Duration.Report("the answer", started);
    }

    [Theory]
    [InlineData("GET", "/api/tenants/%FF")]
    [InlineData("GET", "/api/tenants/\u00e4")]
    [InlineData("DELETE", "/api/tenants/\u00e4%C3%A4")]
    public async Task A_slug_in_bytes_that_no_address_has_is_refused(string method, string target)
    {
        using var client = new RawClient(app.Port);

        Assert.InRange(await client.SendAsync(Encoding.UTF8.GetBytes($"{method} {target} HTTP/1.1\r\nHost: localhost\r\n\r\n"), Cancellation), 400, 499);
    }

    [Theory]
    [InlineData("x';drop table tenants;--")]
    [InlineData("x%27%20or%20%271%27=%271")]
    [InlineData("..%2f..%2fetc%2fpasswd")]
    [InlineData("a%0ab")]
    [InlineData("a%20b")]
    public async Task SQL_and_other_mischief_in_a_slug_is_only_a_wrong_slug(string slug)
    {
        using var created = await PostAsync(Tenant("Acme"));

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Delete })
        {
            using var request = new HttpRequestMessage(method, $"/api/tenants/{slug}");
            var response = await app.Http.SendAsync(request, Cancellation);
            Assert.InRange((int)response.StatusCode, 400, 499);
            await Answers.ProblemAsync(response, response.StatusCode);
        }

        using var still = await app.Http.GetAsync("/api/tenants/acme", Cancellation);
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("limit=abc", "limit")]
    [InlineData("limit=99999999999999999999", "limit")]
    [InlineData("limit=", "limit")]
    [InlineData("after=A", "after")]
    public async Task A_wrong_page_is_named(string query, string field)
    {
        var problem = await Answers.ProblemAsync(await app.Http.GetAsync($"/api/tenants?{query}", Cancellation), HttpStatusCode.BadRequest);

        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task An_unknown_path_and_an_unknown_method_are_problems_too()
    {
        await Answers.ProblemAsync(await app.Http.GetAsync("/nope", Cancellation), HttpStatusCode.NotFound);
        await Answers.ProblemAsync(await app.Http.PutAsync("/api/tenants/acme", null, Cancellation), HttpStatusCode.MethodNotAllowed);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/xml")]
    [InlineData("text/html,application/xhtml+xml,*/*;q=0")]
    public async Task What_a_client_accepts_does_not_take_the_problem_from_it(string accept)
    {
        foreach (var (method, path, status) in new[]
        {
            (HttpMethod.Get, "/nope", HttpStatusCode.NotFound),
            (HttpMethod.Get, "/api/tenants/missing", HttpStatusCode.NotFound),
            (HttpMethod.Put, "/api/tenants/acme", HttpStatusCode.MethodNotAllowed),
            (HttpMethod.Post, "/api/tenants", HttpStatusCode.BadRequest),
        })
        {
            using var request = new HttpRequestMessage(method, path);
            if (method == HttpMethod.Post)
                request.Content = new StringContent("{", Encoding.UTF8, "application/json");
            request.Headers.Add("Accept", accept);
            await Answers.ProblemAsync(await app.Http.SendAsync(request, Cancellation), status);
        }
    }

    private static string Tenant(string name, string slug = "acme") => JsonSerializer.Serialize(new { slug, name });

    private async Task<HttpResponseMessage> PostAsync(string body, string? mediaType = "application/json")
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = mediaType is null ? null : MediaTypeHeaderValue.Parse(mediaType);
        return await app.Http.PostAsync("/api/tenants", content, Cancellation);
    }
}
