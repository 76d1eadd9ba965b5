using Acci.Hosting;

namespace Acci.OpenApi;

/// <summary>
/// The OpenAPI document, made from the endpoints when the app is tested rather than while it runs, and in development a page to try
/// the API on.
/// </summary>
internal static class ApiDocumentation
{
    internal static void Map(IEndpointRouteBuilder app, RunMode mode)
    {
        MapFile(app, "/openapi/v1.json", "openapi.json", "application/json");
        if (mode != RunMode.Dev)
            return;
        MapFile(app, "/try", "try.html", "text/html; charset=utf-8");
        MapFile(app, "/try.css", "try.css", "text/css; charset=utf-8");
        MapFile(app, "/try.js", "try.js", "text/javascript; charset=utf-8");
    }

    private static void MapFile(IEndpointRouteBuilder app, string path, string file, string mediaType) =>
        app.MapMethods(path, Reading.Methods, async context =>
        {
            context.Response.ContentType = mediaType;
            // Only what this app itself serves.
            context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; frame-ancestors 'none'";
            await using var content = typeof(ApiDocumentation).Assembly.GetManifestResourceStream($"openapi/{file}")!;
            await content.CopyToAsync(context.Response.Body, context.RequestAborted);
        });
}
