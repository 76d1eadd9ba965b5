using Microsoft.Extensions.Primitives;

namespace Acci.Hosting;

/// <summary>
/// Headers of every answer: those that keep browsers from doing with it what it was not made for (OWASP REST Security Cheat Sheet), and
/// while the app stops, the one that asks the client to come back through another connection. An endpoint may say otherwise.
/// </summary>
internal static class AnswerHeaders
{
    private static readonly StringValues NoContent = "default-src 'none'; frame-ancestors 'none'";
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues NoStore = "no-store";
    private static readonly StringValues OneYear = "max-age=31536000";
    private static readonly StringValues Close = "close";

    internal static void AddTo(HttpContext context, Drain drain)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = NoStore;
        headers.ContentSecurityPolicy = NoContent;
        headers.XContentTypeOptions = NoSniff;
        headers["Referrer-Policy"] = NoReferrer;
        if (context.Request.IsHttps)
            headers.StrictTransportSecurity = OneYear;
        if (drain.HasBegun)
            headers.Connection = Close;
    }
}
