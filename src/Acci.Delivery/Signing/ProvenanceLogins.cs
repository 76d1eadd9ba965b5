using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;

namespace Acci.Delivery.Signing;

/// <summary>
/// Proxies with a login in a provenance, which everybody can read who can pull the image. BuildKit writes build arguments into it, docker's proxies among them. Source: BuildKit,
/// docs/attestations/slsa-provenance.md; buildx, build/opt.go.
/// </summary>
internal static class ProvenanceLogins
{
    private const string TypeAnnotation = "in-toto.io/predicate-type";
    private const string OfProvenance = "https://slsa.dev/provenance/";
    private const string OfArguments = "build-arg:";
    private const string OfProxies = "_proxy";
    private const long Largest = 256 * 1024 * 1024;

    /// <summary>Makes sure that a statement, or its predicate, has none.</summary>
    /// <param name="image">The image, for the message.</param>
    /// <param name="platform">Its platform, for the message.</param>
    /// <param name="statement">The statement, JSON.</param>
    /// <exception cref="DeliveryException">It has one, or has something in it that cannot be read.</exception>
    public static void EnsureNone(string image, string platform, JsonElement statement)
    {
        string? name;
        try
        {
            name = FindIn(statement);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            throw new DeliveryException(
                $"{image} does not leave this machine: the provenance of {platform} has a payload that cannot be read, so it may have a login in it. "
                + "Delete it, or run BuildImages again.", exception);
        }

        if (name is null) return;
        throw new DeliveryException(
            $"{image} does not leave this machine: the provenance of {platform} has a login in {name}, which everybody could read. Use a proxy without a login (`proxies` in docker's "
            + "config.json), and run BuildImages again.");
    }

    /// <summary>Makes sure that neither the provenances of an image in a registry, nor what is attested of them there, have one: all of it is copied with the image.</summary>
    /// <exception cref="DeliveryException">One has; or one cannot be read.</exception>
    public static async Task EnsureNoneAsync(OciRegistry registry, ImageReference image, Manifest root, CancellationToken cancellationToken)
    {
        var platforms = PlatformImage.Of(root.Manifests).ToArray();
        foreach (var (platform, attestation) in platforms.SelectMany(x => x.Attestations.Select(attestation => (x.Platform, attestation))))
        {
            var manifest = await registry.GetManifestAsync(image.WithDigest(attestation.Digest), cancellationToken);
            foreach (var layer in manifest.Blobs.Where(x => x.Annotations?.GetValueOrDefault(TypeAnnotation)?.StartsWith(OfProvenance, StringComparison.Ordinal) is true))
            {
                if (layer.Size > Largest) throw new DeliveryException($"{image} does not leave this machine: the provenance of {platform} has {layer.Size} bytes, more than is read.");
                using var content = new MemoryStream();
                await registry.DownloadBlobAsync(image, layer, content, cancellationToken);
                EnsureNone($"{image}", $"{platform}", Read(content.ToArray(), $"{image}, {layer.Digest}"));
            }
        }

        // Also what an earlier build of the same bytes was attested with.
        foreach (var (digest, name) in platforms.Select(x => (x.Manifest.Digest, $"{x.Platform}")).Append((root.Digest, "the image")))
        {
            await foreach (var bundle in SigstoreBundle.ListAsync(registry, image.WithDigest(digest), PredicateType.Provenance, cancellationToken))
            {
                var statement = bundle.ReadStatement() ?? throw new DeliveryException(
                    $"{image} does not leave this machine: a provenance beside it, of {name}, cannot be read, so it may have a login in it. Delete it, or publish to the other registry itself.");
                EnsureNone($"{image}", name, statement.Predicate);
            }
        }
    }

    private static JsonElement Read(byte[] statement, string place)
    {
        try
        {
            return JsonElement.Parse(statement);
        }
        catch (JsonException exception)
        {
            throw new DeliveryException($"{place} is no provenance: {JsonProblem.TextOf(exception)}", exception);
        }
    }

    private static string? FindIn(JsonElement element) => element.ValueKind == JsonValueKind.Undefined ? null : FindIn(JsonMarshal.GetRawUtf8Value(element));

    /// <summary>
    /// The name of the first argument that has one, in one JSON value or several: a statement, its predicate, or an envelope around it, as bundles have it. Source: DSSE,
    /// "Envelope".
    /// </summary>
    /// <exception cref="Exception">It is no JSON, or an envelope holds none: JsonException, FormatException or InvalidOperationException.</exception>
    public static string? FindIn(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowMultipleValues = true });
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            var name = reader.GetString()!;
            if (!reader.Read() || reader.TokenType != JsonTokenType.String) continue;
            if (IsProxy(name) && HasLogin(reader.GetString()!)) return name;
            if (name == "payload" && FindIn(ReadPayload(reader.GetString()!)) is { } inside) return inside;
        }

        return null;
    }

    // DSSE has it in base64 of either alphabet, JWS in base64url without padding; one within a predicate may be JSON as it is. Source: DSSE,
    // protocol.md, "Signature Definition"; RFC 7515,
    // section 7.2.
    private static byte[] ReadPayload(string text)
    {
        if (text.AsSpan().TrimStart() is ['{' or '[', ..]) return Encoding.UTF8.GetBytes(text);
        var digits = string.Concat(text.Where(x => !char.IsWhiteSpace(x))).Replace('-', '+').Replace('_', '/').TrimEnd('=');
        return Convert.FromBase64String(digits.PadRight((digits.Length + 3) / 4 * 4, '='));
    }

    // A proxy needs no scheme before its login. Source: golang.org/x/net/http/httpproxy, parseProxy; curl(1), "--proxy".
    private static bool HasLogin(string proxy) => proxy.Contains('@', StringComparison.Ordinal) || Redaction.HasLogin(proxy);

    private static bool IsProxy(string name) => name.StartsWith(OfArguments, StringComparison.OrdinalIgnoreCase) && name.EndsWith(OfProxies, StringComparison.OrdinalIgnoreCase);
}
