using System.Text.RegularExpressions;
using Acci.Delivery.GitHub;
using Acci.Delivery.Publishing;
using Acci.Oci;
using Acci.Oci.Manifests;

namespace Acci.Delivery.Pruning;

/// <summary>A version of a package, and what its manifest names.</summary>
/// <param name="Version">The version.</param>
public sealed partial record PackageNode(PackageVersion Version)
{
    /// <summary>The manifests an index names: platforms, and BuildKit's attestations about them.</summary>
    public IReadOnlyList<Digest> Children { get; init; } = [];

    /// <summary>The manifest that this one says something about.</summary>
    public Digest? Subject { get; init; }

    /// <summary>What tags of the subject pointed at before, when this is a note of <see cref="TagHistory"/>: what a rollback leads back to.</summary>
    public IReadOnlyDictionary<string, Digest> TagsBefore { get; init; } = new Dictionary<string, Digest>();

    /// <summary>What the manifest takes: configuration and layers.</summary>
    public IReadOnlyList<Descriptor> Blobs { get; init; } = [];

    /// <summary>Why its manifest cannot be read, so that what it names is not known; null where it can.</summary>
    public string? Unreadable { get; init; }

    /// <summary>
    /// Whether it may belong to a version that cannot be read: nobody gave it a name, and no tag tells what it belongs to; or it is one platform's image,
    /// which an index may name although it has a tag.
    /// </summary>
    public bool MayBelongToAny => Version.Tags.Count == 0 || (Children.Count == 0 && Subject is null && !AttachedTo.Any());

    /// <summary>The digest.</summary>
    public Digest Digest => Version.Digest;

    /// <summary>The tags that people gave.</summary>
    public IEnumerable<string> Names => Version.Tags.Where(x => !Attachment().IsMatch(x));

    /// <summary>
    /// The manifests that this one is attached to by the name of a tag: <c>sha256-&lt;hex&gt;</c> lists referrers, cosign puts signatures under <c>.sig</c>, attestations
    /// under <c>.att</c>, bills of materials under <c>.sbom</c>. Sources: OCI distribution specification 1.1, "Referrers Tag Schema"; cosign, SIGNATURE_SPEC.md.
    /// </summary>
    public IEnumerable<Digest> AttachedTo => Version.Tags.Select(x => Attachment().Match(x)).Where(x => x.Success).Select(x => Digest.Parse($"sha256:{x.Groups["hex"].Value}"));

    /// <summary>What a version's manifest says.</summary>
    public static PackageNode Of(PackageVersion version, Manifest manifest) => new(version)
    {
        Children = [.. manifest.Manifests.Select(x => x.Digest)],
        Subject = manifest.Subject?.Digest,
        TagsBefore = TagHistory.Read(manifest),
        Blobs = manifest.Blobs,
    };

    [GeneratedRegex(@"^sha256-(?<hex>[0-9a-f]{64})(?:\.[a-z]+)?\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Attachment();
}
