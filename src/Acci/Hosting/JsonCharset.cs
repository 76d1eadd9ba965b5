using Microsoft.Net.Http.Headers;

namespace Acci.Hosting;

/// <summary>The charset of a JSON body is UTF-8, said or not (RFC 8259, section 8.1).</summary>
internal static class JsonCharset
{
    /// <summary>Refuses a body in another charset with 415. That it is in UTF-8 need not be said, and the framework would stumble over quotes around it.</summary>
    internal static void UseJsonCharset(this IApplicationBuilder app) => app.Use(next => context =>
    {
        var request = context.Request;
        if (!HttpMethods.IsPost(request.Method) || !MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.Charset.HasValue)
            return next(context);
        if (!HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return Task.CompletedTask;
        }
        request.ContentType = type.MediaType.Value;
        return next(context);
    });
}
