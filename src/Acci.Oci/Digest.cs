using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Acci.Oci;

/// <summary>
/// A content address, <c>sha256:&lt;64 hex digits&gt;</c>. One of an algorithm that is not known here is carried like any other; only content cannot be
/// checked against it.
/// Source: OCI image specification 1.1, descriptor.md, section "Digests".
/// </summary>
public readonly partial record struct Digest
{
    /// <summary>The algorithm that every implementation supports, and that digests made here have.</summary>
    internal const string Canonical = "sha256";

    private const string Sha512 = "sha512";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private readonly string? _algorithm;
    private readonly string? _hex;

    private Digest(string algorithm, string hex) => (_algorithm, _hex) = (algorithm, hex);

    /// <summary>The algorithm: <c>sha256</c>.</summary>
    public string Algorithm => _algorithm ?? throw None();

    /// <summary>What follows the algorithm: lower-case hexadecimal digits, 64 of <c>sha256</c> and 128 of <c>sha512</c>.</summary>
    public string Hex => _hex ?? throw None();

    /// <summary>The algorithm and the first digits, for people.</summary>
    public string Abbreviation => $"{Algorithm}:{Hex[..Math.Min(12, Hex.Length)]}";

    /// <summary>
    /// The tag under which lists of referrers and signatures are found: <c>sha256-&lt;hex&gt;</c>.
    /// Source: OCI distribution specification 1.1, "Referrers Tag Schema".
    /// </summary>
    internal string Tag => $"{Algorithm[..Math.Min(32, Algorithm.Length)].Replace('+', '-')}-{Hex[..Math.Min(64, Hex.Length)].Replace('=', '-')}";

    /// <summary>Whether content can be checked against it.</summary>
    internal bool IsKnown => Algorithm is Canonical or Sha512;

    /// <summary>How content is checked against it.</summary>
    /// <exception cref="DeliveryException">Its algorithm is not known here.</exception>
    internal HashAlgorithmName HashAlgorithm => Algorithm switch
    {
        Canonical => HashAlgorithmName.SHA256,
        Sha512 => HashAlgorithmName.SHA512,
        var other => throw new DeliveryException(
            $"{this} cannot be used: content cannot be checked by the algorithm '{other}', only by sha256 and sha512."),
    };

    /// <summary>Reads a digest.</summary>
    /// <exception cref="DeliveryException">The text is no digest; the message says why.</exception>
    public static Digest Parse(string text) => TryParse(text, out var digest, out var problem) ? digest : throw new DeliveryException($"'{text}' is not a digest: {problem}.");

    /// <summary>Reads a digest, or says in <paramref name="problem"/> why the text is none.</summary>
    public static bool TryParse(string text, out Digest digest, [NotNullWhen(false)] out string? problem)
    {
        digest = default;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (algorithm, hex) = (text[..Math.Max(colon, 0)], text[(colon + 1)..]);
        problem = algorithm switch
        {
            "" => "it does not start with 'sha256:'",
            Canonical => ProblemOf(hex, 64),
            Sha512 => ProblemOf(hex, 128),
            _ when Grammar().IsMatch(text) => null,
            _ => "it is not written as algorithm:digits",
        };
        if (problem is not null) return false;
        digest = new Digest(algorithm, hex);
        return true;

        string? ProblemOf(string digits, int length) =>
            digits.Length != length ? $"{algorithm} has {length} hexadecimal digits, this has {digits.Length}"
            : digits.AsSpan().ContainsAnyExcept(HexDigits) ? "only the digits 0-9 and a-f are allowed" : null;
    }

    /// <summary>The digest of these bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> content) => new(Canonical, Convert.ToHexStringLower(SHA256.HashData(content)));

    /// <summary>The digest of what remains in the stream.</summary>
    public static async Task<Digest> OfAsync(Stream content, CancellationToken cancellationToken = default) =>
        new(Canonical, Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken)));

    /// <summary>The digest of these bytes by this one's algorithm: this one, where they are what it names.</summary>
    /// <exception cref="DeliveryException">The algorithm is not known here.</exception>
    public Digest Recompute(ReadOnlySpan<byte> content) =>
        new(Algorithm, Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithm, content)));

    /// <summary>The same of what remains in the stream.</summary>
    /// <exception cref="DeliveryException">The algorithm is not known here.</exception>
    public async Task<Digest> RecomputeAsync(Stream content, CancellationToken cancellationToken = default) =>
        new(Algorithm, Convert.ToHexStringLower(await CryptographicOperations.HashDataAsync(HashAlgorithm, content, cancellationToken)));

    /// <summary>Whether these bytes are what it names; never, where they cannot be checked.</summary>
    internal bool Names(ReadOnlySpan<byte> content) => IsKnown && Recompute(content) == this;

    /// <summary>The digest with its algorithm, as it stands in references and manifests.</summary>
    public override string ToString() => $"{Algorithm}:{Hex}";

    private static InvalidOperationException None() => new("A default Digest names no content.");

    [GeneratedRegex("^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+\\z")]
    private static partial Regex Grammar();
}
