using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Signing;

/// <summary>
/// What a registry keeps of a signature or attestation: by whom it says that it is. Nothing of it is verified here; it serves to see what is
/// missing, and how a name is spelled. Source: Sigstore's protobuf-specs, sigstore_bundle.proto; cosign, specs/BUNDLE_SPEC.md.
/// </summary>
/// <param name="Certificate">The certificate it names, where a workflow signed.</param>
/// <param name="KeyHint">What the key is known by, where a key signed: the SHA-256 of its public half, in base64.</param>
internal sealed record SigstoreBundle(WorkflowCertificate? Certificate, string? KeyHint)
{
    /// <summary>The bundle as it is in the registry, JSON.</summary>
    public byte[] Content { get; private init; } = [];

    internal const int MostCandidates = 100;
    private const string MediaTypePrefix = "application/vnd.dev.sigstore.bundle.";
    private const string TypeAnnotation = "dev.sigstore.bundle.predicateType";
    private const long LargestBundle = 256 * 1024 * 1024;
    private const long LargestList = 4 * LargestBundle;
    // It holds a digest, a certificate and what proves their time.
    private const long LargestSignature = 4 * 1024 * 1024;

    /// <summary>
    /// The bundles of one type that a registry lists for an image. Anyone who may write there may add to the list: what is missing, damaged, too
    /// large or no bundle is passed over.
    /// </summary>
    /// <param name="registry">The registry.</param>
    /// <param name="image">The image, by digest.</param>
    /// <param name="type">What they state.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <param name="mostBytes">The most that is read of all of them and their manifests together, in bytes.</param>
    /// <exception cref="DeliveryException">The registry cannot be reached, or refuses; or the bundles are too large, or come too slowly, to be all read.</exception>
    public static async IAsyncEnumerable<SigstoreBundle> ListAsync(
        OciRegistry registry, ImageReference image, PredicateType type, [EnumeratorCancellation] CancellationToken cancellationToken, long mostBytes = LargestList)
    {
        var left = mostBytes;
        var time = registry.BeginSearch(image);
        foreach (var referrer in await registry.ListReferrersAsync(image, cancellationToken: cancellationToken))
        {
            var reference = image.WithDigest(referrer.Digest);
            // A list that cosign keeps itself says nothing of what it lists: the manifests do.
            var found = await TryAsync(reference, async () => (Manifest?)await time.AskAsync(() => registry.GetManifestAsync(reference, cancellationToken)));
            if (found is not { } manifest) continue;
            Count(manifest.Content.Length);
            if (manifest.Annotations.GetValueOrDefault(TypeAnnotation) != type.Uri) continue;
            // A bundle's manifest has one layer: so there are no more reads than referrers.
            if (manifest.Blobs.FirstOrDefault(x => x.MediaType.StartsWith(MediaTypePrefix, StringComparison.Ordinal)) is not { } blob) continue;
            // What was read counts, not what a manifest says: of a blob that is not there, it may say anything.
            using var content = new MemoryStream();
            var bundle = await TryAsync(reference, () => time.AskAsync(() => ReadAsync(registry, image, type, blob, content, cancellationToken)));
            Count(content.Length);
            if (bundle is not null) yield return bundle;
        }

        void Count(long bytes)
        {
            if ((left -= bytes) < 0)
                throw new DeliveryException($"{image}: the signatures and attestations beside it are larger than {mostBytes >> 20} MiB, more than is read. Delete what does not belong there.");
        }
    }

    /// <summary>
    /// The bundles that cosign is started for, one after the other, to see whether one is valid. Anyone who may write to the registry may add any number that look like
    /// the signer's.
    /// </summary>
    /// <param name="bundles">The bundles that look like the signer's.</param>
    /// <param name="image">What they are about.</param>
    /// <exception cref="DeliveryException">There are too many.</exception>
    public static async IAsyncEnumerable<SigstoreBundle> WithinLimitAsync(IAsyncEnumerable<SigstoreBundle> bundles, ImageReference image)
    {
        var count = 0;
        await foreach (var bundle in bundles)
        {
            if (++count > MostCandidates)
                throw new DeliveryException($"{image}: more than {MostCandidates} signatures or attestations beside it claim to be the signer's. Delete what does not belong there.");
            yield return bundle;
        }
    }

    /// <summary>What it states; null where that cannot be read.</summary>
    public VerifiedStatement? ReadStatement()
    {
        try
        {
            using var bundle = JsonDocument.Parse(Content);
            return VerifiedStatement.Read(bundle.RootElement.GetProperty("dsseEnvelope"));
        }
        catch (Exception exception) when (
            exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or DeliveryException)
        {
            return null;
        }
    }

    /// <summary>Whether it says this of an image: a statement with this predicate, or where none is given any statement.</summary>
    /// <param name="image">The image, by digest.</param>
    /// <param name="predicate">What is said of it; null for a signature, which says nothing else.</param>
    public bool States(ImageReference image, JsonElement? predicate) =>
        ReadStatement() is { } statement && statement.Subjects.Contains(image.Digest!.Value)
        && (predicate is not { } expected || JsonElement.DeepEquals(statement.Predicate, expected));

    /// <summary>What bundles call a key, by its public half.</summary>
    public static string HintOf(string publicKey) =>
        Convert.ToBase64String(SHA256.HashData(PublicKeyFile.ReadSubject(publicKey)));

    private static async Task<T?> TryAsync<T>(ImageReference referrer, Func<Task<T?>> readAsync)
    {
        try
        {
            return await readAsync();
        }
        catch (ContentException exception)
        {
            Log.Debug("{Referrer:l} is passed over: {Problem:l}", referrer.ToString(), exception.Message);
            return default;
        }
    }

    private static async Task<SigstoreBundle?> ReadAsync(
        OciRegistry registry, ImageReference image, PredicateType type, Descriptor blob, MemoryStream content, CancellationToken cancellationToken)
    {
        var problem = "it is too large";
        if (blob.Size <= (type == PredicateType.Signature ? LargestSignature : LargestBundle))
        {
            await registry.DownloadBlobAsync(image, blob, content, cancellationToken);
            if (Read(content.ToArray()) is { } bundle) return bundle;
            problem = "it is none";
        }

        Log.Debug("{Blob:l} beside {Image:l} is passed over as a bundle: {Problem:l}", blob.Digest.ToString(), image.ToString(), problem);
        return null;
    }

    /// <summary>Reads a bundle; null where it is none.</summary>
    internal static SigstoreBundle? Read(byte[] content)
    {
        try
        {
            using var bundle = JsonDocument.Parse(content);
            var material = bundle.RootElement.GetProperty("verificationMaterial");
            if (material.TryGetProperty("publicKey", out var key)) return new SigstoreBundle(null, key.GetProperty("hint").GetString()) { Content = content };
            var certificate = material.TryGetProperty("certificate", out var leaf) ? leaf
                : material.GetProperty("x509CertificateChain").GetProperty("certificates")[0];
            return new SigstoreBundle(WorkflowCertificate.Read(certificate.GetProperty("rawBytes").GetBytesFromBase64()), null) { Content = content };
        }
        catch (Exception exception) when (
            exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
