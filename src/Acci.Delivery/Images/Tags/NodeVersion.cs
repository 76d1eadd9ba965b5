using System.Globalization;
using System.Text.RegularExpressions;
using NuGet.Versioning;

namespace Acci.Delivery.Images.Tags;

/// <summary>
/// A version as the npm package <c>semver</c> reads it, which decides what <c>type=semver</c> accepts: Semantic Versioning 2.0 with a <c>v</c> before it allowed,
/// numbers up to 2^53 - 1, at most 256 characters. NuGet's reader has other limits.
/// </summary>
internal sealed partial record NodeVersion(string Raw, string Major, string Minor, string Patch, string Prerelease, string Build)
{
    private const int MaximumLength = 256;
    private const long MaximumNumber = (1L << 53) - 1;

    public static NodeVersion? TryParse(string text)
    {
        if (text.Length > MaximumLength || Grammar().Match(text.Trim()) is not { Success: true } match) return null;
        string[] numbers = [match.Groups["major"].Value, match.Groups["minor"].Value, match.Groups["patch"].Value];
        return numbers.All(number => long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= MaximumNumber)
            ? new NodeVersion(text, numbers[0], numbers[1], numbers[2], match.Groups["prerelease"].Value, match.Groups["build"].Value)
            : null;
    }

    /// <summary>The version without its build metadata.</summary>
    public override string ToString() => $"{Major}.{Minor}.{Patch}{(Prerelease.Length == 0 ? "" : $"-{Prerelease}")}";

    /// <summary>The version to compare with others, which build metadata plays no part in; null where a number is larger than NuGet's reader takes.</summary>
    public SemanticVersion? ToSemanticVersion() => SemanticVersion.TryParse(ToString(), out var version) ? version : null;

    [GeneratedRegex(
        """
        ^v?(?<major>0|[1-9][0-9]*)\.(?<minor>0|[1-9][0-9]*)\.(?<patch>0|[1-9][0-9]*)
        (?:-(?<prerelease>(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][a-zA-Z0-9-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][a-zA-Z0-9-]*))*))?
        (?:\+(?<build>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?\z
        """,
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Grammar();
}
