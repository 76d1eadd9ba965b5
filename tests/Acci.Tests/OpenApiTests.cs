using System.Runtime.CompilerServices;
using System.Text.Json;
using Acci.Hosting;
using Acci.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Acci.Tests;

public sealed class OpenApiTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_document_that_is_served_is_the_one_the_endpoints_make()
    {
        var made = await MakeAsync();
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
                "GET /health/live: 200 503",
                "GET /api/tenants: 200 400 503",
                "POST /api/tenants: 201 400 409 413 415 503",
                "GET /api/tenants/{slug}: 200 304 400 404 503",
                "DELETE /api/tenants/{slug}: 204 400 404 412 503",
            ],
            operations);
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
            await Answers.ProblemAsync(await production.Http.GetAsync(path, Cancellation), System.Net.HttpStatusCode.NotFound);
        }
    }

    private static async Task<string> MakeAsync()
    {
        var settings = new AppSettings();
        var builder = App.CreateBuilder(settings);
        builder.Services.AddOpenApi(options =>
        {
            options.ShouldInclude = operation => operation.HttpMethod != "HEAD";
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo { Title = "ACCI", Version = "1" };
                document.Servers?.Clear();
                return Task.CompletedTask;
            });
            // The endpoint takes it as a text, to answer a wrong one itself.
            options.AddOperationTransformer((operation, _, _) =>
            {
                foreach (var limit in operation.Parameters?.OfType<OpenApiParameter>().Where(parameter => parameter.Name == "limit") ?? [])
                    limit.Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = "200" };
                return Task.CompletedTask;
            });
        });
        await using var app = builder.Build();
        App.MapEndpoints(app, settings);
        app.MapOpenApi("/made.json");
        app.Urls.Add("http://127.0.0.1:0");
        await app.StartAsync(Cancellation);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        return (await client.GetStringAsync("/made.json", Cancellation)).ReplaceLineEndings("\n") + "\n";
    }

    private static string SourceFile([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../src/Acci/OpenApi/openapi.json"));
}
