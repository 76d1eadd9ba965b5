using System.Text.Json;
using System.Text.Json.Nodes;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;

namespace Acci.Delivery.Signing;

/// <summary>A statement about one platform that BuildKit wrote into the image's layout. Source: in-toto attestation framework, "Statement".</summary>
/// <param name="Type">What it states.</param>
/// <param name="Content">The whole statement, JSON, as it was written, or in the words of SLSA 1.0.</param>
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
                if (TypeOf(layer.Annotations?.GetValueOrDefault(PredicateTypeAnnotation)) is not { } type) continue;
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

    private static PredicateType? TypeOf(string? uri) => uri == EarlierProvenance.Uri ? PredicateType.Provenance : PredicateType.All.FirstOrDefault(x => x.Uri == uri);

    private static InTotoStatement Read(string file, PredicateType type)
    {
        var content = InputFile.Read(file, MaximumSize);
        try
        {
            using var statement = JsonDocument.Parse(content);
            var predicate = statement.RootElement.GetProperty("predicate");
            var written = statement.RootElement.TryGetProperty("predicateType", out var named) ? named.GetString() : null;
            if (type != TypeOf(written)) throw new DeliveryException($"{file} is annotated as {type.Uri}, and states {SafeText.Terminal(written ?? "nothing")}. Run BuildImages again.");
            return written == EarlierProvenance.Uri
                ? Renewed(statement.RootElement, EarlierProvenance.Renewed(predicate))
                : new InTotoStatement(type, content, predicate.Clone());
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException)
        {
            throw new DeliveryException($"{file} is no in-toto statement: {JsonProblem.TextOf(exception)}. Run BuildImages again.", exception);
        }
    }

    private static InTotoStatement Renewed(JsonElement statement, JsonElement predicate)
    {
        var changed = JsonObject.Create(statement)!;
        (changed["predicateType"], changed["predicate"]) = (PredicateType.Provenance.Uri, JsonSerializer.SerializeToNode(predicate));
        return new InTotoStatement(PredicateType.Provenance, JsonSerializer.SerializeToUtf8Bytes(changed), predicate);
    }
}
