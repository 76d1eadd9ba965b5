using System.Globalization;

namespace Acci.Oci.Registries;

/// <summary>The pages of a list that a registry gives piece by piece. It has to end, to stay at the registry, and to be whole.</summary>
/// <param name="endpoint">The registry.</param>
/// <param name="list">What is listed, as messages call it: <c>the tags of owner/app</c>.</param>
/// <param name="mostEntries">How many entries it may have.</param>
/// <param name="time">The clock that its time is counted by.</param>
internal sealed class PageTrail(RegistryEndpoint endpoint, string list, int mostEntries, TimeProvider time)
{
    private const int MaximumPages = 1_000;
    private const int MaximumSize = 64 * 1024 * 1024;
    private static readonly TimeSpan MaximumTime = TimeSpan.FromMinutes(10);

    private readonly HashSet<Uri> _seen = [];
    private long _asked = time.GetTimestamp();
    private TimeSpan _waited;
    private long _size;
    private long _entries;

    /// <summary>Whether this is the first page, so that a refusal is one of the whole list.</summary>
    public bool IsFirst => _seen.Count == 1;

    /// <summary>The first page.</summary>
    public Uri Begin(Uri page)
    {
        _seen.Add(page);
        _asked = time.GetTimestamp();
        return page;
    }

    /// <summary>Another first page, where the registry does not take the one before.</summary>
    public Uri Restart(Uri page)
    {
        _seen.Clear();
        return Begin(page);
    }

    /// <summary>The page that the last one names as the next; null after the last one.</summary>
    /// <exception cref="DeliveryException">It is at another server, it was read before, or there are too many: the list would not be whole.</exception>
    public Uri? Follow(Uri? next)
    {
        if (next is null) return null;
        if (!endpoint.Owns(next)) throw Broken($"names a next page at another server, {next.GetLeftPart(UriPartial.Authority)}");
        if (!_seen.Add(next)) throw Broken($"names a page as the next one that was read before, {ShownText.Of(next.PathAndQuery)}");
        _asked = time.GetTimestamp();
        return _seen.Count <= MaximumPages ? next : throw Broken($"has more than {MaximumPages} pages");
    }

    /// <summary>Adds a page that was read to what the whole list may have.</summary>
    /// <exception cref="DeliveryException">It is more.</exception>
    public void Add(int size, int entries)
    {
        // What is done with a page before the next one is asked for takes none of the list's time.
        _waited += time.GetElapsedTime(_asked);
        if ((_size += size) > MaximumSize) throw Broken($"is larger than {MaximumSize / 1024 / 1024} MiB");
        if ((_entries += entries) > mostEntries) throw Broken(string.Create(CultureInfo.InvariantCulture, $"has more than {mostEntries:#,0} entries"));
        if (_waited > MaximumTime) throw Broken($"did not end within {MaximumTime.TotalMinutes:0} minutes");
    }

    /// <summary>The page that an answer's headers name as the next; null after the last one.</summary>
    /// <exception cref="DeliveryException">They name none that can be read.</exception>
    public Uri? Next(HttpResponseMessage response, Uri page)
    {
        if (!response.Headers.TryGetValues("Link", out var links)) return null;
        try
        {
            return LinkHeader.TargetOf(links, "next") is { } target ? endpoint.Resolve(page, new Uri(page, target)) : null;
        }
        catch (FormatException exception)
        {
            throw Broken($"names its next page in a Link header that cannot be read: {exception.Message.TrimEnd('.')}");
        }
    }

    /// <summary>The error of a list that is not whole.</summary>
    /// <param name="problem">What is wrong, after "the list of …".</param>
    public DeliveryException Broken(string problem) => new($"{endpoint.Domain}: the list of {list} {problem}. Nothing is done with a part of it.");
}
