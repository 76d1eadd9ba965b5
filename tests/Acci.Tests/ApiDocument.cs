using Acci.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Acci.Tests;

/// <summary>The OpenAPI document, made from the endpoints; and what neither their types nor their attributes can say.</summary>
internal static class ApiDocument
{
    private const string Tenants = "/api/tenants";
    private const string Tenant = "/api/tenants/{slug}";

    public static async Task<string> MakeAsync(CancellationToken cancellationToken)
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
                foreach (var (name, schema) in document.Components!.Schemas!)
                    Describe(name, (OpenApiSchema)schema);
                foreach (var (path, item) in document.Paths)
                    foreach (var (method, operation) in item.Operations!)
                        Describe(path, method, operation);
                return Task.CompletedTask;
            });
        });
        await using var app = builder.Build();
        App.MapEndpoints(app, settings);
        app.MapOpenApi("/made.json");
        app.Urls.Add("http://127.0.0.1:0");
        await app.StartAsync(cancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        return (await client.GetStringAsync("/made.json", cancellationToken)).ReplaceLineEndings("\n") + "\n";
    }

    private static void Describe(string name, OpenApiSchema schema)
    {
        foreach (var (property, type) in schema.Properties!)
        {
            // What is null is left out of an answer, and must not be null in a request.
            if (type is not OpenApiSchema { Type: { } types } described || !types.HasFlag(JsonSchemaType.Null))
                continue;
            described.Type = types & ~JsonSchemaType.Null;
            if (name != "NewTenant")
                schema.Required?.Remove(property);
        }
        if (name == "NewTenant")
        {
            var (slug, text) = ((OpenApiSchema)schema.Properties["slug"], (OpenApiSchema)schema.Properties["name"]);
            (slug.MinLength, slug.MaxLength, slug.Pattern) = (1, 63, "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$");
            (text.MinLength, text.MaxLength) = (1, 200);
        }
        if (name.EndsWith("ProblemDetails", StringComparison.Ordinal))
        {
            // RFC 9457, section 3.2: a client ignores what it does not know.
            schema.AdditionalPropertiesAllowed = true;
            schema.Properties["traceId"] = Text("Where the log has the rest.");
            schema.Required = new HashSet<string> { "title", "status", "traceId" };
        }
    }

    private static void Describe(string path, HttpMethod method, OpenApiOperation operation)
    {
        // The endpoint takes it as a text, to answer a wrong one itself.
        foreach (var limit in operation.Parameters?.OfType<OpenApiParameter>().Where(parameter => parameter.Name == "limit") ?? [])
            limit.Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = "200" };
        foreach (var header in path == Tenant ? new[] { "If-Match", "If-None-Match" } : [])
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = header, In = ParameterLocation.Header, Description = "Entity tags, or * (RFC 9110, section 13.1).", Schema = Text(),
            });
        foreach (var (status, header, isRequired, description) in (path, method.Method) switch
        {
            (Tenants, "GET") => [("200", "Link", false, "Where the next page is, with rel=\"next\"; missing on the last one.")],
            (Tenants, "POST") => [("201", "Location", true, "Where the tenant is."), ("201", "ETag", true, "Its entity tag.")],
            (Tenant, "GET") => [("200", "ETag", true, "Its entity tag."), ("304", "ETag", true, "Its entity tag.")],
            _ => Array.Empty<(string, string, bool, string)>(),
        })
            Add(operation.Responses![status], header, isRequired, description);
        if (path.StartsWith(Tenants, StringComparison.Ordinal))
            Add(operation.Responses!["503"], "Retry-After", isRequired: true, "Seconds after which to try again.");
    }

    private static void Add(IOpenApiResponse response, string header, bool isRequired, string description) =>
        (((OpenApiResponse)response).Headers ??= new Dictionary<string, IOpenApiHeader>())[header] =
            new OpenApiHeader { Required = isRequired, Description = description, Schema = Text() };

    private static OpenApiSchema Text(string? description = null) => new() { Type = JsonSchemaType.String, Description = description };
}
