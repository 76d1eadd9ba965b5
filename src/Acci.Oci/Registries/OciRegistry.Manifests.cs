using System.Net;
using System.Net.Http.Headers;
using Acci.Oci.Manifests;
using Acci.Oci.Retries;

namespace Acci.Oci.Registries;

public sealed partial class OciRegistry
{
    private const int MaximumManifestSize = 4 * 1024 * 1024;
    private const string ContentDigest = "Docker-Content-Digest";

    // What registries say to what they do not serve, and to what they do not have. The specification knows 404 alone.
    private static readonly HttpStatusCode[] NotServed =
    [
        HttpStatusCode.NotFound, HttpStatusCode.BadRequest, HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotAcceptable,
        HttpStatusCode.NotImplemented,
    ];

    /// <summary>What a reference's digest, or else its tag, points at now.</summary>
    /// <exception cref="DeliveryException">The registry has no such manifest.</exception>
    public async Task<Descriptor> ResolveAsync(ImageReference reference, CancellationToken cancellationToken = default) =>
        await FindAsync(reference, cancellationToken) ?? throw NotFound(reference);

    /// <summary>
    /// What a reference's digest, or else its tag, points at now, or null when the registry has no such manifest. HEAD is asked first, and GET where
    /// that does not tell all: registries need not serve it, nor name the digest there. Source: OCI distribution specification 1.1, section "Checking
    /// if content exists in the registry".
    /// </summary>
    public Task<Descriptor?> FindAsync(ImageReference reference, CancellationToken cancellationToken = default)
    {
        var (path, name) = Locate(reference);
        var damage = new Damage();
        return RunAsync($"look-up of {path} {name}", async attempt =>
        {
            var request = ManifestRequest(HttpMethod.Head, path, name, ReadScope(path));
            using (var response = await SendAsync(request, attempt.CancellationToken, NotServed))
            {
                var digest = reference.Digest ?? DigestOf(response);
                if (response is { IsSuccessStatusCode: true, Content.Headers: { ContentType.MediaType: { } type, ContentLength: { } size and > 0 } }
                    && MediaTypes.MayBeManifest(type) && digest is { } known && known == (DigestOf(response) ?? known))
                {
                    return new Descriptor { MediaType = type, Digest = known, Size = size };
                }
            }

            return (await TryGetAsync(path, name, reference.Digest, damage, Manifest.Parse, attempt))?.Descriptor;
        }, cancellationToken);
    }

    /// <summary>Fetches a manifest by a reference's digest, or else its tag; with a digest the content is checked against it.</summary>
    /// <exception cref="ContentException">The registry has no such manifest, or what it has is none.</exception>
    public async Task<Manifest> GetManifestAsync(ImageReference reference, CancellationToken cancellationToken = default) =>
        await FindManifestAsync(reference, cancellationToken) ?? throw NotFound(reference);

    /// <summary>Fetches a manifest as <see cref="GetManifestAsync"/> does, or null when the registry has none.</summary>
    public Task<Manifest?> FindManifestAsync(ImageReference reference, CancellationToken cancellationToken = default) =>
        FindAsync(reference, Manifest.Parse, cancellationToken);

    /// <summary>Puts a manifest under its digest; no tag is touched.</summary>
    /// <exception cref="DeliveryException">The registry refuses it, for example because a blob it names is missing.</exception>
    public Task PutManifestAsync(ImageReference repository, Manifest manifest, CancellationToken cancellationToken = default) =>
        PutAsync(PathOf(repository), manifest.Digest.ToString(), manifest, cancellationToken);

    /// <summary>Lets a tag point at a manifest that is in the repository. The digest stays what it is.</summary>
    /// <exception cref="DeliveryException">The repository has no such manifest.</exception>
    public async Task PutTagAsync(ImageReference repository, string tag, Digest digest, CancellationToken cancellationToken = default)
    {
        _ = repository.WithTag(tag);
        await PutTagAsync(repository, tag, await GetManifestAsync(repository.WithDigest(digest), cancellationToken), cancellationToken);
    }

    /// <summary>Lets a tag point at a manifest that was fetched from the repository: the write alone.</summary>
    /// <exception cref="DeliveryException">The registry refuses it, or gives no answer that decides (<see cref="DeliveryException.IsUndecided"/>).</exception>
    public Task PutTagAsync(ImageReference repository, string tag, Manifest manifest, CancellationToken cancellationToken = default) =>
        PutTagAsync(repository, tag, manifest, null, cancellationToken);

    /// <inheritdoc cref="PutTagAsync(ImageReference, string, Manifest, CancellationToken)"/>
    /// <param name="repository">The repository.</param>
    /// <param name="tag">The tag.</param>
    /// <param name="manifest">The manifest.</param>
    /// <param name="maySendAgainAsync">
    /// Asked before a write that failed is sent again, for somebody else may have written the tag meanwhile; if the answer is no, the write ends. Null for always.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task PutTagAsync(
        ImageReference repository, string tag, Manifest manifest, Func<CancellationToken, Task<bool>>? maySendAgainAsync, CancellationToken cancellationToken = default) =>
        PutAsync(PathOf(repository.WithTag(tag)), tag, manifest.Content, manifest.MediaType, maySendAgainAsync, cancellationToken);

    /// <summary>Puts a manifest under its digest unless it is there. One that says something about another is put in any case: whether it is listed there is not to be seen.</summary>
    internal async Task EnsureManifestAsync(ImageReference repository, Manifest manifest, CancellationToken cancellationToken)
    {
        if (manifest.Subject is not null)
        {
            await PutReferrerAsync(repository, manifest, cancellationToken);
            return;
        }

        var (path, name) = Locate(repository.WithDigest(manifest.Digest));
        // With the scope of the push, as in ReadScope.
        var there = await RunAsync($"look-up of {path} {name}", async attempt =>
        {
            using var response = await SendAsync(ManifestRequest(HttpMethod.Head, path, name, PushScope(path)), attempt.CancellationToken, Absent(attempt));
            return response.IsSuccessStatusCode;
        }, cancellationToken);
        if (!there) await PutAsync(path, name, manifest, cancellationToken);
    }

    /// <summary>Deletes a manifest and with it every tag that points at it. That it is not there is no error.</summary>
    /// <exception cref="RegistryException">The registry does not allow it.</exception>
    public Task DeleteManifestAsync(ImageReference repository, Digest digest, CancellationToken cancellationToken = default) =>
        DeleteAsync(PathOf(repository), digest.ToString(), cancellationToken);

    /// <summary>Deletes a manifest or a tag, and returns whether it was there.</summary>
    private Task<bool> DeleteAsync(string path, string name, CancellationToken cancellationToken) => RunAsync($"deletion of {path} {name}", async attempt =>
    {
        var request = new RegistryRequest(HttpMethod.Delete, Address($"{path}/manifests/{name}"), DeleteScope(path));
        using var response = await SendAsync(request, attempt.CancellationToken, HttpStatusCode.NotFound);
        return response.StatusCode != HttpStatusCode.NotFound;
    }, cancellationToken);

    private Task<T?> FindAsync<T>(ImageReference reference, Reading<T> read, CancellationToken cancellationToken)
        where T : class
    {
        var (path, name) = Locate(reference);
        var damage = new Damage();
        return RunAsync($"fetch of {path} {name}", attempt => TryGetAsync(path, name, reference.Digest, damage, read, attempt), cancellationToken);
    }

    /// <summary>Puts a manifest, and returns whether the registry keeps it in its own list of referrers.</summary>
    private Task<bool> PutAsync(string path, string name, Manifest manifest, CancellationToken cancellationToken) =>
        PutAsync(path, name, manifest.Content, manifest.MediaType, null, cancellationToken);

    private Task<bool> PutAsync(
        string path, string name, ReadOnlyMemory<byte> content, string mediaType, Func<CancellationToken, Task<bool>>? maySendAgainAsync, CancellationToken cancellationToken) =>
        RunAsync($"push of {path} {name}", async attempt =>
    {
        if (attempt.Number > 1 && maySendAgainAsync is not null && !await maySendAgainAsync(attempt.CancellationToken)) return false;
        var request = new RegistryRequest(HttpMethod.Put, Address($"{path}/manifests/{name}"), PushScope(path))
        {
            Body = _ => new ReadOnlyMemoryContent(content) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } },
        };
        try
        {
            using var response = await SendAsync(request, attempt.CancellationToken);
            if (DigestOf(response) is { } stored && stored.Recompute(content.Span) is var sent && stored != sent)
                throw new TransientException($"the registry stored {sent} as {stored}; it was damaged on the way, or this registry changes what it is given");
            return response.Headers.Contains("OCI-Subject");
        }
        catch (RegistryException exception) when (exception.Codes.Any(x => x is "MANIFEST_BLOB_UNKNOWN" or "BLOB_UNKNOWN" or "DIGEST_INVALID"))
        {
            // Damaged on the way; or a registry that loses sight of a blob for a moment, as they do while another push commits the same one.
            throw new TransientException(exception.Message.TrimEnd('.')) { IsRefusal = true };
        }
    }, cancellationToken);

    private async Task<T?> TryGetAsync<T>(string path, string name, Digest? expected, Damage damage, Reading<T> read, Attempt attempt)
        where T : class
    {
        using var response = await SendAsync(ManifestRequest(HttpMethod.Get, path, name, ReadScope(path)), attempt.CancellationToken, HttpStatusCode.NotFound);
        if (response.StatusCode == HttpStatusCode.NotFound) return null;
        try
        {
            var content = await _transport.ReadAsync(response, MaximumManifestSize, attempt.CancellationToken);
            var stated = expected ?? DigestOf(response) ?? Digest.Of(content);
            var actual = stated.Recompute(content);
            if (stated != actual) throw damage.Of($"the manifest arrived damaged: its digest is {actual}, {stated} was to be expected", $"{actual}");
            return read(content, response.Content.Headers.ContentType?.MediaType, $"{Domain}/{path}@{actual}", actual);
        }
        catch (DeliveryException exception) when (exception is not ContentException)
        {
            // Too large, or no manifest.
            throw new ContentException(exception.Message, exception);
        }
    }

    private (string Path, string Name) Locate(ImageReference reference)
    {
        if (reference.Digest is { } digest) EnsureCanBeChecked(digest);
        return (
            PathOf(reference),
            reference.Digest?.ToString() ?? reference.Tag ?? throw new ArgumentException($"'{reference}' names neither tag nor digest.", nameof(reference)));
    }

    // What could not be checked is not asked for.
    private static void EnsureCanBeChecked(Digest digest)
    {
        try
        {
            _ = digest.HashAlgorithm;
        }
        catch (DeliveryException exception)
        {
            throw new ContentException(exception.Message, exception);
        }
    }

    private delegate T Reading<out T>(ReadOnlyMemory<byte> content, string? mediaType, string where, Digest? digest);

    private RegistryRequest ManifestRequest(HttpMethod method, string path, string name, string scope) =>
        new(method, Address($"{path}/manifests/{name}"), scope) { Accept = MediaTypes.Manifests };

    private static ContentException NotFound(ImageReference reference) =>
        new($"{reference} does not exist in the registry. Check the name, or publish it first.");

    private static Digest? DigestOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues(ContentDigest, out var values) && Digest.TryParse(values.First(), out var digest, out _) && digest.IsKnown
            ? digest
            : null;
}
