using System.Text.Json;
using Acci.Oci;

namespace Acci.Delivery.Signing;

/// <summary>
/// What an attestation says whose signature cosign has verified. Source: in-toto attestation framework, "Statement"; the DSSE envelope that cosign
/// prints it in.
/// </summary>
/// <param name="Type">What it states: the predicate's type.</param>
/// <param name="Subjects">What it is about: digests.</param>
/// <param name="Predicate">The part that depends on the type.</param>
public sealed record VerifiedStatement(string Type, IReadOnlyList<Digest> Subjects, JsonElement Predicate)
{
    /// <summary>Reads what <c>cosign verify-attestation</c> prints: an envelope a line.</summary>
    /// <exception cref="DeliveryException">It is something else.</exception>
    internal static IReadOnlyList<VerifiedStatement> ReadAll(string output)
    {
        try
        {
            return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Read)];
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new DeliveryException($"cosign printed something else than the attestations it verified: {JsonProblem.TextOf(exception)}.", exception);
        }
    }

    private static VerifiedStatement Read(string line)
    {
        using var envelope = JsonDocument.Parse(line);
        return Read(envelope.RootElement);
    }

    /// <summary>Reads an envelope, whoever has verified its signature.</summary>
    internal static VerifiedStatement Read(JsonElement envelope)
    {
        using var statement = JsonDocument.Parse(envelope.GetProperty("payload").GetBytesFromBase64());
        var root = statement.RootElement;
        var digests = root.GetProperty("subject").EnumerateArray().Select(x => x.GetProperty("digest"));
        return new VerifiedStatement(
            root.GetProperty("predicateType").GetString()!,
            [.. digests.Where(x => x.TryGetProperty("sha256", out _)).Select(x => Digest.Parse($"sha256:{x.GetProperty("sha256").GetString()}"))],
            root.TryGetProperty("predicate", out var predicate) ? predicate.Clone() : default);
    }
}
