using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Acci.Oci.Registries;

public sealed partial class OciRegistry
{
    private const int MostTags = 1_000_000;
    private const int MaximumPageSize = 16 * 1024 * 1024;

    // The specification's; Harbor's; and what registries answer that look for a manifest first.
    private static readonly string[] MissingRepository = ["NAME_UNKNOWN", "NOT_FOUND", "MANIFEST_UNKNOWN"];

    /// <summary>
    /// The tags of a repository in the registry's order, page after page; none when there is no such repository. Source: OCI distribution specification 1.1,
    /// section "Listing Tags".
    /// </summary>
    /// <param name="repository">The repository.</param>
    /// <param name="pageSize">How many tags are asked for at a time.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="DeliveryException">The registry does not give the whole list.</exception>
    public async IAsyncEnumerable<string> ListTagsAsync(
        ImageReference repository, int pageSize = 1000, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var path = PathOf(repository);
        var pages = new PageTrail(_transport.Endpoint, $"the tags of {path}", MostTags, _options.Time);
        var asked = $"?n={pageSize}";
        IReadOnlyList<string> previous = [];
        for (var page = pages.Begin(Address($"{path}/tags/list{asked}")); page is not null;)
        {
            var address = page;
            var read = await RunAsync($"list of the tags of {path}", attempt => TagsAsync(path, address, pages, attempt.CancellationToken), cancellationToken);
            if (read is null)
            {
                // A page size that the registry does not take; without one it takes its own.
                page = pages.Restart(Address($"{path}/tags/list"));
                asked = "";
                continue;
            }

            // Asked for what comes after the last tag, it begins anew: it gives no pages, and the list was whole.
            if (previous.Count > 0 && read.Tags.SequenceEqual(previous)) yield break;
            foreach (var tag in read.Tags) yield return tag;
            // A full page without a link to the next need not be the last: registries need not write the link.
            previous = read.Next is null && asked.Length > 0 && read.Tags.Count == pageSize ? read.Tags : [];
            page = pages.Follow(previous.Count > 0 ? Address($"{path}/tags/list{asked}&last={Uri.EscapeDataString(previous[^1])}") : read.Next);
        }
    }

    /// <summary>One page of tags; null where the registry does not take the page size that the address asks for.</summary>
    private async Task<TagsPage?> TagsAsync(string path, Uri address, PageTrail pages, CancellationToken cancellationToken)
    {
        try
        {
            var request = new RegistryRequest(HttpMethod.Get, address, ReadScope(path));
            using var response = await SendAsync(request, cancellationToken, pages.IsFirst ? [HttpStatusCode.NotFound] : []);
            if (response.StatusCode == HttpStatusCode.NotFound) return await NoTagsAsync(path, address, response, cancellationToken);
            var content = await _transport.ReadAsync(response, MaximumPageSize, cancellationToken);
            var tags = Json(content, RegistryJson.Default.TagList, address).Tags ?? [];
            pages.Add(content.Length, tags.Count);
            if (tags.Any(x => x is null)) throw new DeliveryException($"{Domain} answered {ShownText.Of(address.AbsolutePath)} with a tag that is null.");
            return new TagsPage(tags, pages.Next(response, address));
        }
        catch (RegistryException exception) when (pages.IsFirst && address.Query.Length > 0
            && (int)exception.StatusCode is >= 400 and < 500 and not (401 or 403 or 429))
        {
            return null;
        }
        catch (RegistryException exception) when (!pages.IsFirst)
        {
            throw pages.Broken($"breaks off: {exception.Message.TrimEnd('.')}");
        }
    }

    // Registries have an error code for a repository that is not there; a page of whatever stands before one does not say that there are no tags. Those that answer
    // with nothing name themselves. Source: distribution project, "Docker Registry HTTP API V2", section "API Version Check".
    private async Task<TagsPage> NoTagsAsync(string path, Uri address, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var error = await RegistryError.ReadAsync(response, cancellationToken);
        var isMissing = error.Codes.Count > 0 ? error.Codes.Any(MissingRepository.Contains)
            : response.Content.Headers.ContentLength == 0 && response.Headers.TryGetValues("Docker-Distribution-Api-Version", out var versions) && versions.Contains("registry/2.0");
        return isMissing ? new TagsPage([], null)
            : throw new DeliveryException(
                $"{Domain} answers {ShownText.Of(address.AbsolutePath)} with 404, and not as a registry that has no such repository: whether {path} has tags is not known. Check the address given "
                + "by --registry, and what stands before the registry.");
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
        catch (RegistryException exception)
            when (exception.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented)
        {
            return false;
        }
    }

    private T Json<T>(byte[] content, JsonTypeInfo<T> type, Uri address)
    {
        try
        {
            return JsonSerializer.Deserialize(content, type) ?? throw new DeliveryException($"{Domain} answered {ShownText.Of(address.AbsolutePath)} with nothing.");
        }
        catch (JsonException exception)
        {
            throw new DeliveryException($"{Domain} answered {ShownText.Of(address.AbsolutePath)} with what cannot be read: {JsonProblem.TextOf(exception)}.", exception);
        }
    }

    /// <summary>A page of tags, as it is written.</summary>
    internal sealed record TagList(IReadOnlyList<string>? Tags);

    private sealed record TagsPage(IReadOnlyList<string> Tags, Uri? Next);
}
