using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
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
        await _referrersGate.WaitAsync(cancellationToken);
        try
        {
            for (var left = ListRounds; left > 0; left--)
            {
                if (await FindManifestAsync(tag, cancellationToken) is not { IsIndex: true } list) return;
                if (await CompletedAsync(subject, list, seen, cancellationToken) is not { } complete) return;
                // Others write the list, too, and no registry has to refuse what was written over: it is read again before it is written, and after.
                if ((await FindAsync(tag, cancellationToken))?.Digest == list.Digest) await PutAsync(PathOf(subject), tag.Tag!, complete, cancellationToken);
            }
        }
        finally
        {
            _referrersGate.Release();
        }
    }

    // With what one of the rounds before saw and another client has written over since. Null where nothing lacks, or nothing can be written.
    private async Task<Manifest?> CompletedAsync(
        ImageReference subject, Manifest list, Dictionary<Digest, Descriptor> seen, CancellationToken cancellationToken)
    {
        foreach (var known in list.Manifests.Where(x => !seen.ContainsKey(x.Digest)))
        {
            try
            {
                // A registry need not take a list that names what it does not have.
                if (await FindManifestAsync(subject.WithDigest(known.Digest), cancellationToken) is not { } referrer) return null;
                seen[known.Digest] = referrer.Descriptor;
            }
            catch (ContentException)
            {
                // It stays in the list as it is.
            }
        }

        // What is not understood of the list has to stay in it.
        if (Parse(list) is not { } index || (index["manifests"] ??= new JsonArray()) is not JsonArray entries) return null;
        var changed = false;
        foreach (var (entry, known) in entries.Zip(list.Manifests))
        {
            if (seen.TryGetValue(known.Digest, out var full)) changed |= Complete(entry!.AsObject(), known, full);
        }

        foreach (var lost in seen.Values.ExceptBy(list.Manifests.Select(x => x.Digest), x => x.Digest))
        {
            entries.Add(JsonSerializer.SerializeToNode(lost, ManifestJson.Default.Descriptor));
            changed = true;
        }

        return changed ? Manifest.Parse(Encoding.UTF8.GetBytes(index.ToJsonString()), list.MediaType, $"the list of referrers of {subject.Digest}") : null;
    }

    private static bool Complete(JsonObject entry, Descriptor known, Descriptor full)
    {
        var missing = (full.Annotations ?? new Dictionary<string, string>()).Where(x => known.Annotations?.ContainsKey(x.Key) != true).ToList();
        var isOfType = full.ArtifactType is null || known.ArtifactType == full.ArtifactType;
        if (!isOfType) entry["artifactType"] = full.ArtifactType;
        foreach (var (name, value) in missing) (entry["annotations"] ??= new JsonObject())[name] = value;
        return !isOfType || missing.Count > 0;
    }

    private static JsonObject? Parse(Manifest list)
    {
        try
        {
            return JsonNode.Parse(list.Content.Span, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
