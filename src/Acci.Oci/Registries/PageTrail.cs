namespace Acci.Oci.Registries;

/// <summary>The pages of a list that a registry gives piece by piece. It may be long, but it has to end, and to stay at the registry.</summary>
/// <param name="endpoint">The registry.</param>
/// <param name="list">What is listed, as messages call it: <c>the tags of owner/app</c>.</param>
internal sealed class PageTrail(RegistryEndpoint endpoint, string list)
{
    private const int MaximumPages = 1_000;

    private readonly HashSet<Uri> _seen = [];

    /// <summary>The first page.</summary>
    public Uri Begin(Uri page)
    {
        _seen.Add(page);
        return page;
    }

    /// <summary>The page that the last one names as the next; null after the last one.</summary>
    /// <exception cref="DeliveryException">It is at another server, it was read before, or there are too many: the list would not be whole.</exception>
    public Uri? Follow(Uri? next)
    {
        if (next is null) return null;
        if (!endpoint.Owns(next)) throw Broken($"names a next page at another server, {next.GetLeftPart(UriPartial.Authority)}");
        if (!_seen.Add(next)) throw Broken($"names a page as the next one that was read before, {next.PathAndQuery}");
        return _seen.Count <= MaximumPages ? next : throw Broken($"has more than {MaximumPages} pages");
    }

    private DeliveryException Broken(string problem) => new($"{endpoint.Domain}: the list of {list} {problem}. Nothing is done with a part of it.");
}
