using Acci.Oci.Manifests;

namespace Acci.Oci.Registries;

public sealed partial class OciRegistry
{
    // Each of them is looked at, one after the other.
    private const int MostReferrers = 10_000;

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
            ?? (await FindReferrersListAsync(ReferrersTag(subject, digest), digest, cancellationToken))?.Referrers
            ?? [];
        return [.. referrers.Where(x => artifactType is null || x.ArtifactType == artifactType)];
    }

    /// <summary>Begins to count the time of a search among what refers to an image.</summary>
    /// <param name="image">The image, for the message.</param>
    public SearchTime BeginSearch(ImageReference image) => new(image, _options.Time);

    /// <summary>The clock.</summary>
    internal TimeProvider Time => _options.Time;

    /// <summary>
    /// Puts a manifest that refers to another, and where the registry does not keep the list of such manifests itself, adds it to the one under the tag.
    /// </summary>
    /// <exception cref="ContentException">Something else lies under the tag, which stays as it is.</exception>
    internal async Task PutReferrerAsync(ImageReference repository, Manifest manifest, CancellationToken cancellationToken)
    {
        var listed = await PutAsync(PathOf(repository), manifest.Digest.ToString(), manifest, cancellationToken);
        if (listed || manifest.Subject is not { } subject) return;

        var tag = ReferrersTag(repository, subject.Digest);
        var time = BeginSearch(repository.WithDigest(subject.Digest));
        await _referrersGate.WaitAsync(cancellationToken);
        try
        {
            for (var left = ListRounds; left > 0; left--)
            {
                var found = await FindReferrersListAsync(tag, subject.Digest, cancellationToken);
                if (found is { IsIndex: false })
                {
                    throw new ContentException(
                        $"{tag} is no list of referrers and stays as it is, so {manifest.Digest} is not listed. Delete this tag, "
                        + "then run the same command again.");
                }

                var list = found ?? ReferrersList.Empty;
                if (list.Referrers.Any(x => x.Digest == manifest.Digest)) return;
                var kept = await ExistingAsync(repository, list, time, cancellationToken);
                var with = list.With(kept.Append(ReferrersList.Entry.JsonOf(manifest.Descriptor)));
                if (await FindReferrersListDigestAsync(tag, subject.Digest, cancellationToken) != found?.Digest) continue;
                await PutAsync(tag, with, cancellationToken);
                // A registry may show it late.
                if (left < ListRounds) await Task.Delay(TimeSpan.FromSeconds(ListRounds - left), _options.Retry.Time, cancellationToken);
            }

            if ((await FindReferrersListAsync(tag, subject.Digest, cancellationToken))?.Referrers.Any(x => x.Digest == manifest.Digest) is not true)
                throw new DeliveryException($"{manifest.Digest} could not be added to the list {tag}: the registry does not show it there, or another client writes the list at the same time. Run the same command again.");
        }
        finally
        {
            _referrersGate.Release();
        }
    }

    // A registry need not take a list that names what was deleted. What cannot be looked up stays.
    private async Task<IEnumerable<string>> ExistingAsync(ImageReference repository, ReferrersList list, SearchTime time, CancellationToken cancellationToken)
    {
        var existing = new List<string>();
        foreach (var entry in list.Entries)
        {
            if (entry.Digest is not { IsKnown: true } digest || await time.AskAsync(() => FindAsync(repository.WithDigest(digest), cancellationToken)) is not null)
                existing.Add(entry.Json);
        }

        return existing;
    }

    // A registry that takes the tag for the digest in its name answers with the subject itself, which is as good as nothing. What is no list is told:
    // the referrers may be unknown because of it.
    private async Task<ReferrersList?> FindReferrersListAsync(ImageReference tag, Digest subject, CancellationToken cancellationToken)
    {
        var found = await FindAsync(tag, (content, type, where, _) => ReferrersList.ReadTag(content, type, where), cancellationToken);
        if (found is null || subject.Names(found.Content.Span)) return null;
        ReferrerPages(PathOf(tag), subject).Add(found.Content.Length, found.Entries.Count);
        if (!found.IsIndex) _transport.Warn($"{tag} is no list of referrers, so none are found. Delete this tag if nothing else needs it.");
        return found;
    }

    private async Task<Digest?> FindReferrersListDigestAsync(ImageReference tag, Digest subject, CancellationToken cancellationToken) =>
        (await FindAsync(tag, cancellationToken))?.Digest is { } digest && digest != subject ? digest : null;

    private Task<bool> PutAsync(ImageReference tag, ReferrersList list, CancellationToken cancellationToken) =>
        PutAsync(PathOf(tag), tag.Tag!, list.Content, list.MediaType, null, cancellationToken);

    private static ImageReference ReferrersTag(ImageReference repository, Digest digest) => repository.WithTag(digest.Tag);

    /// <summary>The referrers API's answer, or null when the registry has no such API, or answers with the manifest itself.</summary>
    private async Task<IEnumerable<Descriptor>?> TryListReferrersAsync(string path, Digest digest, CancellationToken cancellationToken)
    {
        var all = new List<Descriptor>();
        var pages = ReferrerPages(path, digest);
        for (var page = pages.Begin(Address($"{path}/referrers/{digest}")); page is not null;)
        {
            var address = page;
            var answer = await RunAsync($"list of the referrers of {path} {digest}", async attempt =>
            {
                var request = new RegistryRequest(HttpMethod.Get, address, ReadScope(path)) { Accept = [MediaTypes.ImageIndex] };
                using var response = await SendAsync(request, attempt.CancellationToken, NotServed);
                var type = response.Content.Headers.ContentType?.MediaType;
                if (!response.IsSuccessStatusCode || !MediaTypes.ImageIndex.Equals(type, StringComparison.OrdinalIgnoreCase))
                {
                    if (pages.IsFirst && response.IsSuccessStatusCode)
                        _transport.Warn($"{Domain} answers what refers to an image with '{ShownText.Of(type)}', which is not read: it should be {MediaTypes.ImageIndex}. The tags of old are read instead.");
                    if (pages.IsFirst) return null;
                    throw pages.Broken($"breaks off: {ShownText.Of(address.PathAndQuery)} is answered {(int)response.StatusCode}, and with no index");
                }

                var content = await _transport.ReadAsync(response, MaximumPageSize, attempt.CancellationToken);
                if (digest.Names(content)) return null;
                var list = ReferrersList.Parse(content, MediaTypes.ImageIndex, $"{Domain}'s answer to {ShownText.Of(address.AbsolutePath)}");
                pages.Add(content.Length, list.Entries.Count);
                return new ReferrersPage(list.Referrers, pages.Next(response, address));
            }, cancellationToken);
            if (answer is null) return null;
            all.AddRange(answer.Referrers);
            page = pages.Follow(answer.Next);
        }

        return all;
    }

    private PageTrail ReferrerPages(string path, Digest digest) => new(_transport.Endpoint, $"the referrers of {path} {digest}", MostReferrers, _options.Time);

    private sealed record ReferrersPage(IEnumerable<Descriptor> Referrers, Uri? Next);
}
