using Microsoft.Net.Http.Headers;

namespace Acci.Hosting;

/// <summary>The conditions under which a client wants its request to be carried out (RFC 9110, section 13.1).</summary>
internal static class Preconditions
{
    /// <summary><c>If-Match</c>: holds where it is not sent, or names the current entity tag, compared strongly (section 13.1.1).</summary>
    internal static bool Match(HttpRequest request, EntityTagHeaderValue current) =>
        !HasMatch(request) || Names(request.GetTypedHeaders().IfMatch, current, isStrong: true);

    /// <summary>Whether <c>If-Match</c> is sent: it cannot hold for what does not exist.</summary>
    internal static bool HasMatch(HttpRequest request) => request.Headers.IfMatch.Count > 0;

    /// <summary><c>If-None-Match</c>: holds where it is not sent, or names other entity tags only, compared weakly (section 13.1.2).</summary>
    internal static bool NoneMatch(HttpRequest request, EntityTagHeaderValue current) =>
        request.Headers.IfNoneMatch.Count == 0 || !Names(request.GetTypedHeaders().IfNoneMatch, current, isStrong: false);

    private static bool Names(IList<EntityTagHeaderValue> tags, EntityTagHeaderValue current, bool isStrong) =>
        tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(current, isStrong));
}
