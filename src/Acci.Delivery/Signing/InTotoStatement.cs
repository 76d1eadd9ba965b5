using System.Text.Json;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;

namespace Acci.Delivery.Signing;

/// <summary>A statement about one platform that BuildKit wrote into the image's layout. Source: in-toto attestation framework, "Statement".</summary>
/// <param name="Type">What it states.</param>
/// <param name="Content">The whole statement, JSON, as it was written.</param>
/// <param name="Predicate">The part that depends on the type: a bill of materials, a provenance.</param>
public sealed record InTotoStatement(PredicateType Type, ReadOnlyMemory<byte> Content, JsonElement Predicate)
{
    private const string PredicateTypeAnnotation = "in-toto.io/predicate-type";
    private const int MaximumSize = 256 * 1024 * 1024;

    /// <summary>The statements about a platform, at least one of each type.</summary>
    /// <exception cref="DeliveryException">One is missing.</exception>
    public static Task<IReadOnlyList<InTotoStatement>> ReadAsync(OciLayout layout, PlatformImage platform, CancellationToken cancellationToken) =>
        ReadAsync(layout, platform, PredicateType.All, cancellationToken);

    /// <summary>The statements of one type about a platform. The others have to be there, too, and are not read: they may be large.</summary>
    /// <exception cref="DeliveryException">One is missing, of any type.</exception>
    internal static Task<IReadOnlyList<InTotoStatement>> ReadAsync(OciLayout layout, PlatformImage platform, PredicateType type, CancellationToken cancellationToken) =>
        ReadAsync(layout, platform, [type], cancellationToken);

    private static async Task<IReadOnlyList<InTotoStatement>> ReadAsync(
        OciLayout layout, PlatformImage platform, IReadOnlyList<PredicateType> types, CancellationToken cancellationToken)
    {
        var statements = new List<InTotoStatement>();
        var found = new HashSet<PredicateType>();
        foreach (var attestation in platform.Attestations)
        {
            // BuildKit stores each statement as a layer of the attestation manifest. Source: BuildKit, docs/attestations/attestation-storage.md.
            foreach (var layer in (await layout.ReadManifestAsync(attestation, cancellationToken)).Blobs)
            {
                if (PredicateType.All.FirstOrDefault(x => x.Uri == layer.Annotations?.GetValueOrDefault(PredicateTypeAnnotation)) is not { } type) continue;
                found.Add(type);
                if (!types.Contains(type)) continue;
                await layout.VerifyBlobAsync(layer, cancellationToken);
                statements.Add(Read(layout.BlobPath(layer.Digest), type));
            }
        }

        return PredicateType.All.Except(found).FirstOrDefault() is { } missing
            ? throw new DeliveryException(
                $"There is no statement of the type {missing.Uri} for {platform.Platform} in {layout.Folder}: it was not built with attestations. Run BuildImages again.")
            : statements;
    }

    private static InTotoStatement Read(string file, PredicateType type)
    {
        var content = InputFile.Read(file, MaximumSize);
        try
        {
            using var statement = JsonDocument.Parse(content);
            return new InTotoStatement(type, content, statement.RootElement.GetProperty("predicate").Clone());
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new DeliveryException($"{file} is no in-toto statement: {exception.Message} Run BuildImages again.", exception);
        }
    }
}
