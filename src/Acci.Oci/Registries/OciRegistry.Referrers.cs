using System.Net;
using System.Text.Json;
using Acci.Oci.Manifests;

namespace Acci.Oci.Registries;

public sealed partial class OciRegistry
{
    // What registries say that have no such API. The specification knows 404 alone.
    private static readonly HttpStatusCode[] NoSuchApi =
        [HttpStatusCode.NotFound, HttpStatusCode.BadRequest, HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotAcceptable];

    // One after the other: each reads the list, adds to it and writes it back, and would lose what another added in between.
    private readonly SemaphoreSlim _referrersGate = new(1);

    /// <summary>
    /// What refers to a manifest: signatures, attestations, SBOMs. Asks the referrers API, and where a registry has none (as ghcr.io) reads the list under the
    /// tag <c>sha256-&lt;hex&gt;</c>. Source: OCI distribution specification 1.1, sections "Listing Referrers" and "Referrers Tag Schema".
    /// </summary>
    /// <param name="subject">The manifest, by digest.</param>
    /// <param name="artifactType">Only what is of this type; null for everything.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task<IReadOnlyList<Descriptor>> ListReferrersAsync(
        ImageReference subject, string? artifactType = null, CancellationToken cancellationToken = default)
    {
        if (subject.Digest is not { } digest) throw new ArgumentException($"'{subject}' names no digest.", nameof(subject));
        var referrers = await TryListReferrersAsync(PathOf(subject), digest, cancellationToken)
            ?? (await FindManifestAsync(ReferrersTag(subject, digest), cancellationToken))?.Manifests
            ?? [];
        return [.. referrers.Where(x => artifactType is null || x.ArtifactType == artifactType)];
    }

    /// <summary>
    /// Puts a manifest that refers to another, and where the registry does not keep the list of such manifests itself, adds it to the one under the tag.
    /// </summary>
    internal async Task PutReferrerAsync(ImageReference repository, Manifest manifest, CancellationToken cancellationToken)
    {
        var listed = await PutAsync(PathOf(repository), manifest.Digest.ToString(), manifest, cancellationToken);
        if (listed || manifest.Subject is not { } subject) return;

        var tag = ReferrersTag(repository, subject.Digest);
        await _referrersGate.WaitAsync(cancellationToken);
        try
        {
            var known = (await FindManifestAsync(tag, cancellationToken))?.Manifests ?? [];
            if (known.Any(x => x.Digest == manifest.Digest)) return;
            var index = new ImageIndex { MediaType = MediaTypes.ImageIndex, Manifests = [.. known, manifest.Descriptor] };
            var content = JsonSerializer.SerializeToUtf8Bytes(index, ManifestJson.Default.ImageIndex);
            var list = Manifest.Parse(content, MediaTypes.ImageIndex, $"the list of referrers of {subject.Digest}");
            await PutAsync(PathOf(repository), tag.Tag!, list, cancellationToken);
        }
        finally
        {
            _referrersGate.Release();
        }
    }

    private static ImageReference ReferrersTag(ImageReference repository, Digest digest) => repository.WithTag($"sha256-{digest.Hex}");

    /// <summary>The referrers API's answer, or null when the registry has no such API.</summary>
    private async Task<IReadOnlyList<Descriptor>?> TryListReferrersAsync(string path, Digest digest, CancellationToken cancellationToken)
    {
        var all = new List<Descriptor>();
        var pages = new PageTrail(_transport.Endpoint, $"the referrers of {path} {digest}");
        for (var page = pages.Begin(Address($"{path}/referrers/{digest}")); page is not null;)
        {
            var address = page;
            var answer = await RunAsync($"list of the referrers of {path} {digest}", async attempt =>
            {
                var request = new RegistryRequest(HttpMethod.Get, address, ReadScope(path)) { Accept = [MediaTypes.ImageIndex] };
                using var response = await SendAsync(request, attempt.CancellationToken, NoSuchApi);
                if (!response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType != MediaTypes.ImageIndex) return null;
                var content = await _transport.ReadAsync(response, MaximumPageSize, attempt.CancellationToken);
                return new ReferrersPage(Json(content, ManifestJson.Default.ImageIndex, address).Manifests, NextPage(response, address));
            }, cancellationToken);
            if (answer is null) return null;
            all.AddRange(answer.Referrers);
            page = pages.Follow(answer.Next);
        }

        return all;
    }

    private sealed record ReferrersPage(IReadOnlyList<Descriptor> Referrers, Uri? Next);
}
