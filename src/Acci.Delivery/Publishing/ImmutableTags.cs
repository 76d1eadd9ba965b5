using System.Net;
using Acci.Oci.Registries;

namespace Acci.Delivery.Publishing;

/// <summary>Registries that let no tag move once it is there. To run the same command again does not help.</summary>
internal static class ImmutableTags
{
    /// <summary>What helps; null where something else is wrong.</summary>
    /// <param name="exception">What the registry answered to the write.</param>
    /// <param name="write">The write.</param>
    public static string? RemedyFor(Exception exception, TagWrite write)
    {
        if (exception is not RegistryException { StatusCode: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError } refusal
            || refusal.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound) return null;
        var isSaid = IsSaid(refusal, write);
        if (!isSaid && (write.Before is null || refusal.StatusCode is not (HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed))) return null;
        return $"The registry {(isSaid ? "lets" : "may let")} no tag move that is there already. Leave out the tags that move, such as latest "
            + "(--tag-rules, --promote-to), or allow them to move in the registry's settings.";
    }

    // There is no common code. Amazon ECR (400), Google Artifact Registry (400), Harbor (412) and Quay (409) say it in words, or by the status alone.
    private static bool IsSaid(RegistryException refusal, TagWrite write) =>
        refusal.Message.Replace(write.Tag.Path, "", StringComparison.Ordinal).Replace(write.Tag.Tag!, "", StringComparison.Ordinal).Contains("immutab", StringComparison.OrdinalIgnoreCase)
        || refusal.Codes.Any(code => code.Replace("_", "", StringComparison.Ordinal).Contains("AlreadyExists", StringComparison.OrdinalIgnoreCase));
}
