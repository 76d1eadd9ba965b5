using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Acci.Tests.Servers;
using NJsonSchema;

namespace Acci.Tests;

public sealed class OpenApiTests(LocalServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_document_that_is_served_is_the_one_the_endpoints_make()
    {
        var made = await ApiDocument.MakeAsync(Cancellation);
        var file = SourceFile();
        if (Environment.GetEnvironmentVariable("ACCI_UPDATE") == "1")
            await File.WriteAllTextAsync(file, made, Cancellation);

        await using var app = await AppProcess.ServeAsync(Cancellation);
        var served = await app.Http.GetStringAsync("/openapi/v1.json", Cancellation);

        Assert.True(made == served, $"{file} is not what the endpoints make: run this test with ACCI_UPDATE=1, then build again.\n{made}");
    }

    [Fact]
    public async Task The_document_names_every_operation_with_its_answers()
    {
        await using var app = await AppProcess.ServeAsync(Cancellation);
        var document = JsonElement.Parse(await app.Http.GetStringAsync("/openapi/v1.json", Cancellation));

        var operations =
            from path in document.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            let answers = operation.Value.GetProperty("responses").EnumerateObject().Select(answer => answer.Name).Order()
            select $"{operation.Name.ToUpperInvariant()} {path.Name}: {string.Join(' ', answers)}";

        Assert.Equal(
            [
                "GET /: 200",
                "GET /health: 200 503",
                "GET /health/ready: 200 503",
                "GET /health/started: 200 503",
                "GET /health/live: 200 503",
                "GET /api/tenants: 200 400 503",
                "POST /api/tenants: 201 400 408 409 413 415 503",
                "GET /api/tenants/{slug}: 200 304 400 404 412 503",
                "DELETE /api/tenants/{slug}: 204 400 404 412 503",
            ],
            operations);
    }

    [Fact]
    public async Task What_the_app_answers_is_what_the_document_says()
    {
        await using var app = await AppProcess.ServeReadyAsync(Cancellation, await servers.Postgres.CreateDatabaseAsync(Cancellation));
        await using var unable = await AppProcess.ServeAsync(Cancellation, ("APP__DATABASE__HOST", "127.0.0.1"), ("APP__DATABASE__PORT", "1"));
        var document = JsonElement.Parse(await app.Http.GetStringAsync("/openapi/v1.json", Cancellation));
        var acme = new { slug = "acme", name = "Acme" };

        foreach (var (from, method, path, address, body, status) in new (AppProcess, HttpMethod, string, string, object?, int)[]
        {
            (app, HttpMethod.Get, "/", "/", null, 200),
            (app, HttpMethod.Get, "/health", "/health", null, 200),
            (unable, HttpMethod.Get, "/health/ready", "/health/ready", null, 503),
            (app, HttpMethod.Get, "/health/live", "/health/live", null, 200),
            (app, HttpMethod.Post, "/api/tenants", "/api/tenants", acme, 201),
            (app, HttpMethod.Post, "/api/tenants", "/api/tenants", acme, 409),
            (app, HttpMethod.Post, "/api/tenants", "/api/tenants", new { slug = "Acme" }, 400),
            (app, HttpMethod.Post, "/api/tenants", "/api/tenants", new { slug = 7 }, 400),
            (app, HttpMethod.Post, "/api/tenants", "/api/tenants", null, 400),
            (app, HttpMethod.Post, "/api/tenants", "/api/tenants", new { slug = "bcme", name = "Bcme" }, 201),
            (app, HttpMethod.Get, "/api/tenants", "/api/tenants?limit=1", null, 200),
            (app, HttpMethod.Get, "/api/tenants", "/api/tenants", null, 200),
            (app, HttpMethod.Get, "/api/tenants", "/api/tenants?limit=x", null, 400),
            (unable, HttpMethod.Get, "/api/tenants", "/api/tenants", null, 503),
            (app, HttpMethod.Get, "/api/tenants/{slug}", "/api/tenants/acme", null, 200),
            (app, HttpMethod.Get, "/api/tenants/{slug}", "/api/tenants/missing", null, 404),
            (app, HttpMethod.Delete, "/api/tenants/{slug}", "/api/tenants/missing", null, 404),
        })
        {
            using var request = new HttpRequestMessage(method, address) { Content = body is null ? null : JsonContent.Create(body) };
            using var response = await from.Http.SendAsync(request, Cancellation);
            var (what, text) = ($"{method} {address}", await response.Content.ReadAsStringAsync(Cancellation));
            Assert.True(status == (int)response.StatusCode, $"{what} is {(int)response.StatusCode}: {text}");

            var described = document.GetProperty("paths").GetProperty(path).GetProperty(method.Method.ToLowerInvariant()).GetProperty("responses")
                .GetProperty($"{status}");
            var content = described.GetProperty("content").GetProperty(response.Content.Headers.ContentType!.MediaType!);
            var schema = await JsonSchema.FromJsonAsync(
                $$"""{ "allOf": [{{content.GetProperty("schema")}}], "definitions": {{document.GetProperty("components").GetProperty("schemas")}} }"""
                    .Replace("#/components/schemas/", "#/definitions/", StringComparison.Ordinal),
                Cancellation);
            Assert.True(schema.Validate(text) is { Count: 0 }, $"{what} is not what the document says: {string.Join(", ", schema.Validate(text))}\n{text}");
            foreach (var header in described.TryGetProperty("headers", out var headers) ? headers.EnumerateObject() : default)
                Assert.True(
                    response.Headers.Contains(header.Name) || !(header.Value.TryGetProperty("required", out var required) && required.GetBoolean()),
                    $"{what} has no header {header.Name}");
        }
    }

    [Fact]
    public async Task The_page_to_try_the_API_on_is_for_development_only()
    {
        await using var development = await AppProcess.ServeAsync(Cancellation, ("RUN_MODE", "dev"));
        await using var production = await AppProcess.ServeAsync(Cancellation, ("RUN_MODE", "prod"));

        foreach (var path in new[] { "/try", "/try.css", "/try.js" })
        {
            using var there = await development.Http.GetAsync(path, Cancellation);
            Assert.True(there.IsSuccessStatusCode);
            await Answers.ProblemAsync(await production.Http.GetAsync(path, Cancellation), HttpStatusCode.NotFound);
        }
    }

    private static string SourceFile([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../src/Acci/OpenApi/openapi.json"));
}
