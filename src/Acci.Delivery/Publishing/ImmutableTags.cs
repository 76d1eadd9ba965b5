using System.Net;
using Acci.Oci.Registries;

namespace Acci.Delivery.Publishing;

/// <summary>Registries that let no tag move once it is there. To run the same command again does not help.</summary>
internal static class ImmutableTags
{
    /// <summary>What helps; null where something else is wrong.</summary>
    /// <param name="exception">What the registry answered to the write.</param>
    /// <param name="write">The write.</param>
    public static string? RemedyFor(Exception exception, TagWrite write) => exception is RegistryException refusal && IsImmutable(refusal, write)
        ? $"The registry lets no tag move that is there already. Take the tags that move, such as {write.Tag.Tag}, out of --tag-rules or "
            + "--promote-to, or allow them to move in the registry's settings."
        : null;

    // There is no common code. Amazon ECR (400), Google Artifact Registry (400), Harbor (412) and Quay (409) say it in words, or by the status alone.
    private static bool IsImmutable(RegistryException refusal, TagWrite write) =>
        refusal.Message.Contains("immutab", StringComparison.OrdinalIgnoreCase)
        || refusal.Codes.Any(code => code.Replace("_", "", StringComparison.Ordinal).Contains("AlreadyExists", StringComparison.OrdinalIgnoreCase))
        || (write.Before is not null && refusal.StatusCode is (HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed));
}
