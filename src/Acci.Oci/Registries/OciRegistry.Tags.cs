using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Acci.Oci.Registries;

public sealed partial class OciRegistry
{
    private const int MaximumPageSize = 16 * 1024 * 1024;

    /// <summary>The tags of a repository in the registry's order, page after page; none when there is no such repository.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="pageSize">How many tags are asked for at a time.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async IAsyncEnumerable<string> ListTagsAsync(
        ImageReference repository, int pageSize = 1000, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var path = PathOf(repository);
        var pages = new PageTrail(_transport.Endpoint, $"the tags of {path}");
        for (var page = pages.Begin(Address($"{path}/tags/list?n={pageSize}")); page is not null;)
        {
            var address = page;
            var (tags, link) = await RunAsync($"list of the tags of {path}", async attempt =>
            {
                var request = new RegistryRequest(HttpMethod.Get, address, ReadScope(path));
                using var response = await SendAsync(request, attempt.CancellationToken, HttpStatusCode.NotFound);
                if (response.StatusCode == HttpStatusCode.NotFound) return ([], null);
                var content = await _transport.ReadAsync(response, MaximumPageSize, attempt.CancellationToken);
                var listed = Json(content, RegistryJson.Default.TagList, address).Tags ?? [];
                if (listed.Any(x => x is null)) throw new DeliveryException($"{Domain} answered {address.AbsolutePath} with a tag that is null.");
                return (listed, NextPage(response, address));
            }, cancellationToken);
            foreach (var tag in tags) yield return tag;
            page = pages.Follow(link);
        }
    }

    /// <summary>
    /// Takes a tag away and leaves the manifest it points at. Many registries cannot do that, which the specification leaves open; then nothing happens.
    /// </summary>
    /// <returns>Whether the registry accepted that, which it may show late, or has no such tag.</returns>
    public async Task<bool> TryDeleteTagAsync(ImageReference repository, string tag, CancellationToken cancellationToken = default)
    {
        try
        {
            // A registry that knows no deletion of tags may know no such address.
            return await DeleteAsync(PathOf(repository.WithTag(tag)), tag, cancellationToken) || await FindAsync(repository.WithTag(tag), cancellationToken) is null;
        }
        catch (RegistryException exception) when (exception.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed)
        {
            return false;
        }
    }

    /// <summary>The address of the next page. Source: OCI distribution specification 1.1, section "Listing Tags"; RFC 8288.</summary>
    /// <exception cref="DeliveryException">The Link header contains no valid address.</exception>
    private Uri? NextPage(HttpResponseMessage response, Uri address)
    {
        if (!response.Headers.TryGetValues("Link", out var links)) return null;
        var next = links.SelectMany(x => x.Split(',')).FirstOrDefault(x => x.Replace("\"", "", StringComparison.Ordinal).Contains("rel=next", StringComparison.OrdinalIgnoreCase));
        if (next?.Split('<', '>') is not [_, var target, ..]) return null;
        return Uri.TryCreate(address, target, out var page)
            ? page
            : throw new DeliveryException($"{Domain} answered {address.AbsolutePath} with a next page that is no address.");
    }

    private T Json<T>(byte[] content, JsonTypeInfo<T> type, Uri address)
    {
        try
        {
            return JsonSerializer.Deserialize(content, type) ?? throw new DeliveryException($"{Domain} answered {address.AbsolutePath} with nothing.");
        }
        catch (JsonException exception)
        {
            throw new DeliveryException($"{Domain} answered {address.AbsolutePath} with what cannot be read: {JsonProblem.TextOf(exception)}.", exception);
        }
    }

    /// <summary>A page of tags.</summary>
    internal sealed record TagList(IReadOnlyList<string>? Tags);
}
