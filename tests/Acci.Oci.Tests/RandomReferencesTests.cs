using System.Text.RegularExpressions;
using CsCheck;

namespace Acci.Oci.Tests;

/// <summary>
/// Random texts are references, and full names, as the distribution project's own expressions have it. Source: distribution/reference, regexp.go,
/// reference.go (<c>Parse</c>) and normalize.go (<c>splitDockerDomain</c>, <c>ParseNormalizedNamed</c>); opencontainers/go-digest, digest.go (<c>Validate</c>).
/// </summary>
public sealed partial class RandomReferencesTests
{
    private const string Letters = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    // Most of it is right, so that enough of what is put together is.
    private static readonly Gen<string> Word = Gen.Frequency(
        (8, Gen.OneOf("a", "app", "0", "library", "docker", "localhost", "xn--3ds", Letters)),
        (8, Gen.Char["abz09"].Array[1, 4].Select(x => new string(x))),
        (1, Gen.OneOf("A", "App", "-", "_", "", "\u00fc")));

    private static readonly Gen<string> Component = Gen.Select(Word, Gen.Frequency((8, Gen.OneOf(".", "_", "__", "-", "---")), (1, Gen.OneOf("___", "..", "._", " ", "+"))), Word, Gen.Int[0, 3],
        (one, separator, other, form) => form > 0 ? one : one + separator + other);

    private static readonly Gen<string> Domains = Gen.Frequency(
        (4, Gen.Const("")),
        (8, Gen.OneOf("localhost/", "docker.io/", "index.docker.io/", "registry-1.docker.io/", "ghcr.io/", "Example.COM/", "LOCALDOMAIN/", "127.0.0.1:5000/")),
        (3, Gen.OneOf("[::1]/", "[2001:db8::1]:80/", "registry:5000/", "a_b.c/", "a__b/")),
        (1, Gen.OneOf("[::g]/", "registry:/", "registry:port/", "a-.b/", "-a.b/", "a..b/", "a_b.c:80/", "https://", "/", "u@h/")));

    private static readonly Gen<string> Tags = Gen.Frequency(
        (8, Gen.OneOf("", ":latest", ":1.2.3", ":_1")),
        (1, Gen.OneOf(":", ":-1", ":.1", ":1+2", ":a:b", ":\u00fc", ":1\n")),
        (1, Gen.Int[126, 130].Select(x => $":{new string('t', x)}")));

    private static readonly Gen<string> Digests = Gen.Frequency(
        (8, Gen.OneOf("", $"@sha256:{Letters}")),
        (1, Gen.OneOf($"@sha256:{Letters.ToUpperInvariant()}", $"@sha256:{Letters[1..]}", $"@sha256:{Letters}0", $"@sha512:{Letters}{Letters}")),
        (1, Gen.OneOf($"@sha1:{Letters[..40]}", $"@sha256+b64:{Letters}", "@", "@sha256", $"@{Letters}", $"@sha256:{Letters}@sha256:{Letters}")));

    private static readonly Gen<string> References = Gen.Select(
        Domains, Component.Array[1, 4].Select(x => string.Join('/', x)), Gen.Frequency((30, Gen.Const(0)), (1, Gen.Int[240, 258])), Tags, Digests,
        (domain, path, length, tag, digest) => domain + (length > 0 ? new string('p', length) : path) + tag + digest);

    [Fact]
    public void What_is_a_reference_is_one_with_the_same_parts()
    {
        var valid = 0;
        References.Sample(
            text =>
            {
                var isOne = ImageReference.TryParse(text, out var reference, out _);
                if (isOne) valid++;
                Assert.Equal((text, Documented(text)), (text, isOne ? (reference!.Domain ?? "", reference.Path, reference.Tag ?? "", $"{reference.Digest}") : null));
            },
            iter: 20_000,
            threads: 1);
        // Both kinds are tried.
        Assert.InRange(valid, 2_000, 18_000);
    }

    [Fact]
    public void A_name_is_completed_as_docker_does_it() => References.Sample(
        text => Assert.Equal((text, Completed(text)), (text, Full(text))), iter: 20_000, threads: 1);

    // Docker's clients would ask a host of that name, and not Docker Hub.
    [Theory]
    [InlineData("my_registry.lan/app:1", "my_registry.lan")]
    [InlineData("a__b.c/d/e", "a__b.c")]
    public void What_is_named_like_a_registry_and_cannot_be_one_is_not_taken_for_a_path_on_Docker_Hub(string text, string part) => Assert.Equal(
        $"'{text}' is not an image reference: '{part}' has a dot and would be a registry, and no host has '_' in its name.",
        Assert.Throws<InvalidReferenceException>(ImageReference.Parse(text).Normalize).Message);

    private static (string Domain, string Path, string Tag, string Digest)? Documented(string text)
    {
        if (Reference().Match(text) is not { Success: true } match) return null;
        var (domain, path, digest) = (match.Groups["domain"].Value, match.Groups["path"].Value, match.Groups["digest"].Value);
        if (path.Length > 255 || (digest.Length > 0 && !IsDigest(digest))) return null;
        return (domain, path, match.Groups["tag"].Value, digest);
    }

    // Which further algorithms Go knows depends on what a program links: the project's own cases have none.
    private static bool IsDigest(string digest) => Regex.IsMatch(digest, "^sha256:[a-f0-9]{64}\\z", RegexOptions.CultureInvariant);

    private static string? Full(string text)
    {
        try
        {
            return ImageReference.Parse(text).Normalize().ToString();
        }
        catch (InvalidReferenceException)
        {
            return null;
        }
    }

    private static string? Completed(string text)
    {
        if (Regex.IsMatch(text, "^[a-f0-9]{64}\\z")) return null;
        var (domain, rest) = ("docker.io", text);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : text[..slash];
        if (slash >= 0 && (first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost" || first.Any(char.IsUpper)))
            (domain, rest) = (first, text[(slash + 1)..]);
        if (domain == "index.docker.io") domain = "docker.io";
        if (domain == "docker.io" && !rest.Contains('/', StringComparison.Ordinal)) rest = $"library/{rest}";
        var remote = rest.Split(':')[0];
        if (remote.Any(char.IsUpper)) return null;
        // What has a dot and is no host has none in Go, and is asked as a host by clients all the same.
        return Documented($"{domain}/{rest}") is null or { Domain: "" } ? null : $"{domain}/{rest}";
    }

    [GeneratedRegex(
        """
        ^((?<domain>(((?<c>[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(\.([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*)|\[[a-fA-F0-9:]+\])(:[0-9]+)?)/)?
        (?<path>[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*(/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*)
        (:(?<tag>[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}))?
        (@(?<digest>[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?\z
        """,
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
