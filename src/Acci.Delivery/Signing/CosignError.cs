using System.Text.RegularExpressions;

namespace Acci.Delivery.Signing;

/// <summary>What cosign ended with. Source: cosign 3, <c>cmd/cosign</c> (<c>main.go</c>, <c>cli/verify</c>) and <c>pkg/cosign/verify.go</c>.</summary>
internal static partial class CosignError
{
    private const string Unverified = "no matching attestations";

    /// <summary>The error itself: warnings stand before it, also of what was tried again and went well.</summary>
    public static string Of(string output) => Beginning().Match(output) is { Success: true } match ? output[(match.Index + match.Length)..].Trim() : output.Trim();

    /// <summary>
    /// Whether it is about the bundles that were to be verified, and no server failed. It then quotes their certificates, in which anyone may have written what servers'
    /// failures say.
    /// </summary>
    /// <param name="verb">What cosign was told to do.</param>
    /// <param name="output">What it wrote.</param>
    public static bool IsVerdict(string verb, string output) => verb switch
    {
        "verify-attestation" => Of(output).StartsWith(Unverified, StringComparison.Ordinal),
        // The bundle is a file, and no server is asked once that is read.
        "verify-blob-attestation" => !Preparation().IsMatch(Of(output)),
        _ => false,
    };

    /// <summary>Whether it says that nothing there is what <c>verify-attestation</c> was to find.</summary>
    public static bool IsRefusal(string output) => IsVerdict("verify-attestation", output) || IsAbsence(output);

    /// <summary>
    /// Whether it says that there is nothing of the kind. It says so, too, where a registry failed when it was asked: cosign passes over what it cannot read
    /// (<c>GetBundles</c>), and looks for signatures of the old format instead.
    /// </summary>
    public static bool IsAbsence(string output) => Absence().IsMatch(Of(output));

    /// <summary>
    /// What a registry without the referrers API refused: the list of referrers, under a tag that every signature and attestation changes.
    /// Null where it is something else.
    /// </summary>
    public static string? RefusedList(string output) => List().Match(Of(output)) is not { Success: true } match ? null
        : $"the registry does not let the tag {match.Groups["tag"]} be written ({match.Groups["reason"].Value.Trim()}). It has no referrers API, and "
            + "then a tag like this lists what belongs to an image, and changes with every signature. Where tags are immutable or protected there, "
            + "leave out those that begin with 'sha256-'.";

    [GeneratedRegex(@"failed to upload manifest: PUT \S+/manifests/(?<tag>sha256-\w+): (?!UNAUTHORIZED|unexpected status code 401)(?<reason>[^\n]+)")]
    private static partial Regex List();

    [GeneratedRegex(@"\A(?:no valid bundles exist in registry|no signatures found|none of the attestations matched the predicate type|unsupported: trusted root path|no matching attestations:?\s*\z)")]
    private static partial Regex Absence();

    [GeneratedRegex("^error during command execution: ", RegexOptions.Multiline)]
    private static partial Regex Beginning();

    [GeneratedRegex(@"\A(?:setting trusted material|setting up clients and keys|loading (?:verifier from key opts|public key|trusted root)): ")]
    private static partial Regex Preparation();
}
