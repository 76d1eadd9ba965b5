using System.Globalization;
using System.Text.RegularExpressions;
using Acci.Delivery.Versioning;

namespace Acci.Delivery.Images.Tags;

/// <summary>
/// A version by Semantic Versioning 2.0, with a <c>v</c> before it allowed, and numbers of any length: one that cannot be read would hold nothing
/// back. Two are equal where neither comes before the other (section 11), so build metadata plays no part in that.
/// </summary>
public sealed partial record ImageVersion : IComparable<ImageVersion>
{
    // Limits of the npm package semver.
    private const int NodesLength = 256;
    private const long NodesNumber = (1L << 53) - 1;

    private ImageVersion(string raw, Match match)
    {
        Raw = raw;
        (Major, Minor, Patch) = (match.Groups["major"].Value, match.Groups["minor"].Value, match.Groups["patch"].Value);
        (Prerelease, Build) = (match.Groups["prerelease"].Value, match.Groups["build"].Value);
    }

    /// <summary>The version as written.</summary>
    public string Raw { get; }

    /// <summary>The first number.</summary>
    public string Major { get; }

    /// <summary>The second number.</summary>
    public string Minor { get; }

    /// <summary>The third number.</summary>
    public string Patch { get; }

    /// <summary>What follows the <c>-</c>; empty for a release.</summary>
    public string Prerelease { get; }

    /// <summary>What follows the <c>+</c>; empty where nothing does.</summary>
    public string Build { get; }

    /// <summary>It comes before the release of the same numbers.</summary>
    public bool IsPrerelease => Prerelease.Length > 0;

    /// <summary>It has MinVer's form of a version that was counted from the release before it: <c>1.2.4-alpha.0.7</c>.</summary>
    public bool IsCounted => Counted().IsMatch(Prerelease);

    /// <summary>The npm package <c>semver</c> reads it, too: 256 characters, numbers up to 2^53 - 1. <c>type=semver</c> accepts no other.</summary>
    internal bool IsNodes => Raw.Length <= NodesLength && ((string[])[Major, Minor, Patch]).All(x =>
        long.TryParse(x, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= NodesNumber);

    /// <summary>Reads a version; null if the text is not a semantic version.</summary>
    public static ImageVersion? TryParse(string? text) =>
        text is not null && Grammar().Match(text.Trim()) is { Success: true } match ? new ImageVersion(text, match) : null;

    /// <summary>Reads a git tag such as <c>v1.2.3</c> or <c>V1.2.3</c>; null if it does not name a version.</summary>
    public static ImageVersion? TryParseTag(string tag) => TryParseTag(tag, VersionInfo.TagPrefix);

    /// <summary>Reads a git tag whose version follows a prefix, in letters of either case; null if it does not name a version.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="prefix">What the names of version tags start with.</param>
    public static ImageVersion? TryParseTag(string tag, string prefix)
    {
        ArgumentNullException.ThrowIfNull(tag);
        ArgumentNullException.ThrowIfNull(prefix);
        return tag.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? TryParse($"{VersionInfo.TagPrefix}{tag[prefix.Length..]}") : null;
    }

    /// <summary>Reads what is a version.</summary>
    /// <exception cref="FormatException">The text is not a semantic version.</exception>
    public static ImageVersion Parse(string text) =>
        TryParse(text) ?? throw new FormatException($"'{text}' is not a semantic version (https://semver.org).");

    /// <inheritdoc/>
    public int CompareTo(ImageVersion? other)
    {
        if (other is null) return 1;
        var numbers = Difference(CompareNumbers, [Major, Minor, Patch], [other.Major, other.Minor, other.Patch]);
        if (numbers != 0) return numbers;
        if (!IsPrerelease || !other.IsPrerelease) return other.IsPrerelease.CompareTo(IsPrerelease);
        var (own, others) = (Prerelease.Split('.'), other.Prerelease.Split('.'));
        return Difference(CompareIdentifiers, own, others) is not 0 and var difference ? difference : own.Length.CompareTo(others.Length);
    }

    /// <inheritdoc/>
    public bool Equals(ImageVersion? other) => CompareTo(other) == 0;

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The version without its build metadata.</summary>
    public override string ToString() => $"{Major}.{Minor}.{Patch}{(IsPrerelease ? $"-{Prerelease}" : "")}";

    /// <summary>Whether a version comes before another.</summary>
    public static bool operator <(ImageVersion? left, ImageVersion? right) => Comparer<ImageVersion>.Default.Compare(left, right) < 0;

    /// <summary>Whether a version comes after another.</summary>
    public static bool operator >(ImageVersion? left, ImageVersion? right) => right < left;

    /// <summary>Whether a version does not come after another.</summary>
    public static bool operator <=(ImageVersion? left, ImageVersion? right) => !(right < left);

    /// <summary>Whether a version does not come before another.</summary>
    public static bool operator >=(ImageVersion? left, ImageVersion? right) => !(left < right);

    private static int Difference(Comparison<string> compare, string[] one, string[] other) =>
        one.Zip(other, (x, y) => compare(x, y)).FirstOrDefault(x => x != 0);

    // There are no leading zeros, so the longer number is the larger one.
    private static int CompareNumbers(string one, string other) =>
        one.Length != other.Length ? one.Length.CompareTo(other.Length) : string.CompareOrdinal(one, other);

    private static int CompareIdentifiers(string one, string other) => (one.All(char.IsAsciiDigit), other.All(char.IsAsciiDigit)) switch
    {
        (true, true) => CompareNumbers(one, other),
        (false, false) => string.CompareOrdinal(one, other),
        (var isNumber, _) => isNumber ? -1 : 1,
    };

    [GeneratedRegex(
        """
        ^v?(?<major>0|[1-9][0-9]*)\.(?<minor>0|[1-9][0-9]*)\.(?<patch>0|[1-9][0-9]*)
        (?:-(?<prerelease>(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][a-zA-Z0-9-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][a-zA-Z0-9-]*))*))?
        (?:\+(?<build>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?\z
        """,
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Grammar();

    [GeneratedRegex(@"^alpha\.0(\.[0-9]+)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Counted();
}
