using System.Text.RegularExpressions;

namespace Acci.Oci;

/// <summary>
/// The grammar of image references, and what to say of a text that breaks it.
/// Source: distribution/reference, the grammar at the head of reference.go and the expressions of regexp.go.
/// </summary>
public static partial class ReferenceGrammar
{
    private const int MaximumPathLength = 255;
    private const int MaximumTagLength = 128;

    private const string Label = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    private const string Host = $@"(?:{Label}(?:\.{Label})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?";
    private const string Component = @"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    private const string Tag = @"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
    private const string Digest = @"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";

    /// <summary>Reads a reference, or returns why the text is none.</summary>
    public static (ReferenceError Error, string Text)? Read(string text, out ImageReference? reference)
    {
        reference = null;
        if (text.Length == 0) return (ReferenceError.Empty, "it is empty");

        var match = WholeReference().Match(text);
        if (!match.Success)
        {
            return text.Any(char.IsUpper) && WholeReference().IsMatch(text.ToLowerInvariant())
                ? (ReferenceError.UppercaseRepository, "the repository has upper-case letters, and must have none")
                : (ReferenceError.Format, ProblemOfFormat(text));
        }

        var path = match.Groups["path"].Value;
        if (ProblemOfLength(path) is { } tooLong) return tooLong;

        Digest? digest = null;
        if (ValueOrNull("digest") is { } digestText)
        {
            if (!Oci.Digest.TryParse(digestText, out var parsed, out var problem)) return (ErrorOfDigest(digestText), $"in its digest, {problem}");
            if (parsed.Algorithm is not Oci.Digest.Canonical and var other)
                return (ErrorOfDigest(digestText), $"in its digest, the algorithm '{other}' is not supported, only {Oci.Digest.Canonical} is");
            digest = parsed;
        }

        reference = new ImageReference(ValueOrNull("domain"), path, ValueOrNull("tag"), digest);
        return null;

        string? ValueOrNull(string group) => match.Groups[group] is { Success: true, Value: var value } ? value : null;
    }

    /// <summary>What is wrong with a tag, if anything is.</summary>
    public static string? ProblemOfTag(string tag) =>
        WholeTag().IsMatch(tag) ? null
        : tag.Length == 0 ? "the tag after ':' is empty"
        : tag.Length > MaximumTagLength ? $"the tag has {tag.Length} characters, at most {MaximumTagLength} are allowed"
        : tag[0] is '.' or '-' ? $"the tag '{tag}' starts with '{tag[0]}', and must start with a letter, a digit or '_'"
        : $"the tag '{tag}' has characters other than letters, digits, '_', '.' and '-'";

    /// <summary>What is wrong with a name that stands alone, if anything is.</summary>
    public static (ReferenceError Error, string Text)? ProblemOfBareName(string name) =>
        Identifier().IsMatch(name) ? (ReferenceError.Identifier, "64 hexadecimal digits are an image's identifier, and cannot be its name") : null;

    /// <summary>
    /// What is wrong with a path without a domain: Docker takes a first part with a dot for a registry, although with <c>_</c> it can be no host.
    /// Source: distribution/reference, normalize.go, <c>splitDockerDomain</c>.
    /// </summary>
    internal static (ReferenceError Error, string Text)? ProblemOfFirstPart(string path) =>
        path.IndexOf('/', StringComparison.Ordinal) is > 0 and var end && path.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot && dot < end
            ? (ReferenceError.Format, $"'{path[..end]}' has a dot and would be a registry, and no host has '_' in its name")
            : null;

    /// <summary>What is wrong with the length of a path, if anything is.</summary>
    public static (ReferenceError Error, string Text)? ProblemOfLength(string path) =>
        path.Length > MaximumPathLength
            ? (ReferenceError.RepositoryTooLong, $"the repository has {path.Length} characters, at most {MaximumPathLength} are allowed")
            : null;

    // The order of go-digest's own checks: form of the algorithm, algorithm, length, digits.
    private static ReferenceError ErrorOfDigest(string digest)
    {
        var colon = digest.IndexOf(':', StringComparison.Ordinal);
        return digest.AsSpan(0, colon).ContainsAnyInRange('A', 'Z') ? ReferenceError.DigestFormat
            : !digest.StartsWith("sha256:", StringComparison.Ordinal) ? ReferenceError.DigestAlgorithm
            : digest.Length - colon - 1 != 64 ? ReferenceError.DigestLength
            : ReferenceError.DigestFormat;
    }

    private static string ProblemOfFormat(string text)
    {
        if (text.Any(char.IsWhiteSpace)) return "it has white space in it";
        if (text.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme) return $"it is a URL, leave '{text[..scheme]}://' out";

        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0 && !WholeDigest().IsMatch(text.AsSpan(at + 1)))
        {
            return $"'{text[(at + 1)..]}' after '@' is not a digest, write sha256: and 64 hexadecimal digits";
        }

        var name = at < 0 ? text : text[..at];
        var colon = name.IndexOf(':', name.LastIndexOf('/') + 1);
        if (name.StartsWith('[') && !name.Contains('/', StringComparison.Ordinal))
        {
            return "a repository must follow the registry's address, as in [::1]:5000/app";
        }

        if (colon >= 0)
        {
            if (ProblemOfTag(name[(colon + 1)..]) is { } problem) return problem;
            name = name[..colon];
        }

        if (name.Length == 0) return "it names no repository";
        var parts = name.Split('/');
        if (parts.Contains("")) return "a part of the repository is empty: it starts or ends with '/', or has '//' in it";
        var wrong = parts.Skip(parts.Length > 1 && WholeDomain().IsMatch(parts[0]) ? 1 : 0).FirstOrDefault(part => !WholeComponent().IsMatch(part));
        return wrong is null
            ? "it does not have the form [registry/]repository[:tag][@sha256:digest]"
            : $"'{wrong}' can be no part of a repository: write lower-case letters and digits, with one '.', one or two '_', or dashes between them";
    }

    // A domain is only a domain when a path follows it: `test.com:5000` is a repository with a tag.
    [GeneratedRegex(
        $"^(?:(?<domain>{Host})/)?(?<path>{Component}(?:/{Component})*)(?::(?<tag>{Tag}))?(?:@(?<digest>{Digest}))?\\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex WholeReference();

    [GeneratedRegex($"^{Host}\\z", RegexOptions.ExplicitCapture)]
    private static partial Regex WholeDomain();

    [GeneratedRegex($"^{Component}\\z", RegexOptions.ExplicitCapture)]
    private static partial Regex WholeComponent();

    [GeneratedRegex($"^{Tag}\\z")]
    private static partial Regex WholeTag();

    [GeneratedRegex($"^{Digest}\\z", RegexOptions.ExplicitCapture)]
    private static partial Regex WholeDigest();

    [GeneratedRegex("^[a-f0-9]{64}\\z")]
    private static partial Regex Identifier();
}
