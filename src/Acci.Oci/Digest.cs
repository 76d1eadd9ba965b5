using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Acci.Oci;

/// <summary>
/// A content address, <c>sha256:&lt;64 hex digits&gt;</c>.
/// Source: OCI image specification 1.1, descriptor.md, section "Digests"; sha256 is the one algorithm every implementation must support, and the only one taken here.
/// </summary>
public readonly record struct Digest
{
    private const string Algorithm = "sha256";
    private const int HexLength = 64;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private readonly string? _hex;

    private Digest(string hex) => _hex = hex;

    /// <summary>The 64 lower-case hexadecimal digits, without the algorithm.</summary>
    public string Hex => _hex ?? throw new InvalidOperationException("A default Digest names no content.");

    /// <summary>Reads a digest.</summary>
    /// <exception cref="DeliveryException">The text is no sha256 digest; the message says why.</exception>
    public static Digest Parse(string text) => TryParse(text, out var digest, out var problem) ? digest : throw new DeliveryException($"'{text}' is not a digest: {problem}.");

    /// <summary>Reads a digest, or says in <paramref name="problem"/> why the text is none.</summary>
    public static bool TryParse(string text, out Digest digest, [NotNullWhen(false)] out string? problem)
    {
        digest = default;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var hex = text[(colon + 1)..];
        problem = (colon < 0 ? "" : text[..colon]) switch
        {
            Algorithm when hex.Length != HexLength => $"sha256 has {HexLength} hexadecimal digits, this has {hex.Length}",
            Algorithm when hex.AsSpan().ContainsAnyExcept(HexDigits) => "only the digits 0-9 and a-f are allowed",
            Algorithm => null,
            "" => "it does not start with 'sha256:'",
            var other => $"the algorithm '{other}' is not supported, only sha256 is",
        };
        if (problem is not null) return false;
        digest = new Digest(hex);
        return true;
    }

    /// <summary>The digest of these bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> content) => new(Convert.ToHexStringLower(SHA256.HashData(content)));

    /// <summary>The digest of what remains in the stream.</summary>
    public static async Task<Digest> OfAsync(Stream content, CancellationToken cancellationToken = default) =>
        new(Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken)));

    /// <summary>The digest with its algorithm, as it stands in references and manifests.</summary>
    public override string ToString() => $"{Algorithm}:{Hex}";
}
