using Acci.Oci.Manifests;

namespace Acci.Oci.Registries;

public sealed partial class OciRegistry
{
    private const int ListRounds = 5;

    /// <summary>
    /// Completes the list of what refers to a manifest where the registry keeps none itself: each entry gets the artifact type and annotations of its
    /// manifest, which not every client writes there, so that clients find referrers by type. Entries that others add meanwhile stay. Source: OCI
    /// distribution specification 1.1, "Referrers Tag Schema" and "Listing Referrers".
    /// </summary>
    /// <param name="subject">The manifest, by digest.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task CompleteReferrersAsync(ImageReference subject, CancellationToken cancellationToken = default)
    {
        if (subject.Digest is not { } digest) throw new ArgumentException($"'{subject}' names no digest.", nameof(subject));
        if (await TryListReferrersAsync(PathOf(subject), digest, cancellationToken) is not null) return;
        var tag = ReferrersTag(subject, digest);
        var seen = new Dictionary<Digest, Descriptor>();
        var time = BeginSearch(subject);
        await _referrersGate.WaitAsync(cancellationToken);
        try
        {
            for (var left = ListRounds; left > 0; left--)
            {
                if (await FindReferrersListAsync(tag, digest, cancellationToken) is not { IsIndex: true } list) return;
                if (await CompletedAsync(subject, list, seen, time, cancellationToken) is not { } complete) return;
                // Others write the list, too, and no registry has to refuse what was written over: it is read again before it is written, and after.
                var isSame = await FindReferrersListDigestAsync(tag, digest, cancellationToken) == list.Digest;
                if (isSame) await PutAsync(tag, complete, cancellationToken);
            }
        }
        finally
        {
            _referrersGate.Release();
        }
    }

    // With what one of the rounds before saw and another client has written over since, and without what was deleted, because a registry need not take a list that names
    // it. Null where nothing lacks, or nothing can be written.
    private async Task<ReferrersList?> CompletedAsync(
        ImageReference subject, ReferrersList list, Dictionary<Digest, Descriptor> seen, SearchTime time, CancellationToken cancellationToken)
    {
        var gone = new HashSet<Digest>();
        foreach (var entry in list.Entries)
        {
            if (entry.Digest is not { } digest) return null;
            if (seen.ContainsKey(digest)) continue;
            try
            {
                if (await time.AskAsync(() => FindManifestAsync(subject.WithDigest(digest), cancellationToken)) is not { } referrer) gone.Add(digest);
                else if (entry.Referrer is not null) seen[digest] = referrer.Descriptor;
            }
            catch (ContentException)
            {
                // It stays in the list as it is.
            }
        }

        var kept = list.Entries.Where(x => !gone.Contains(x.Digest!.Value)).ToList();
        var complete = kept.Select(x => x.Referrer is { } known && seen.TryGetValue(known.Digest, out var full) ? x.CompletedWith(known, full) : x.Json)
            .Concat(seen.Values.ExceptBy(list.Referrers.Select(x => x.Digest), x => x.Digest).Select(ReferrersList.Entry.JsonOf)).ToList();
        return complete.SequenceEqual(kept.Select(x => x.Json)) ? null : list.With(complete);
    }
}
