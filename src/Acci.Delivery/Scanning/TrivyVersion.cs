using System.Text;
using System.Text.RegularExpressions;
using NuGet.Versioning;

namespace Acci.Delivery.Scanning;

/// <summary>Versions of Trivy, and which of them must not run.</summary>
public static partial class TrivyVersion
{
    // Published by someone else with stolen credentials in March 2026; they steal what the machine they run on knows.
    private static readonly VersionRange Malicious = VersionRange.Parse("[0.69.4, 0.69.6]");

    private const int LongestVersion = 32;

    // Where the linker puts the version in Trivy's own builds. Nothing has to be run to read it.
    private static ReadOnlySpan<byte> VersionVariable => "github.com/aquasecurity/trivy/pkg/version/app.ver="u8;

    /// <summary>Whether a version is known to be malicious. Source: GHSA-69fq-xp46-6x23.</summary>
    public static bool IsMalicious(NuGetVersion version) => Malicious.Satisfies(version);

    /// <summary>Refuses versions known to be malicious.</summary>
    /// <exception cref="DeliveryException">It is one of them.</exception>
    public static void EnsureSafe(NuGetVersion version, string where)
    {
        if (!IsMalicious(version)) return;
        throw new DeliveryException(
            $"Trivy {version} ({where}) is malicious and was not run: versions 0.69.4 to 0.69.6 were published by an attacker (GHSA-69fq-xp46-6x23). "
            + "Remove it, treat every secret of a machine it has run on as stolen, and install 0.69.3 or 0.70.0 and later.");
    }

    /// <summary>The version that the linker wrote into the program, found without running it; null when there is none.</summary>
    public static NuGetVersion? FindInFile(string file)
    {
        var marker = VersionVariable;
        var buffer = new byte[1024 * 1024];
        using var stream = File.OpenRead(file);
        for (int kept = 0, read; (read = stream.Read(buffer, kept, buffer.Length - kept)) > 0;)
        {
            var content = buffer.AsSpan(0, kept + read);
            var at = content.IndexOf(marker);
            var behind = at < 0 ? default : content[(at + marker.Length)..];
            if (behind.Length >= LongestVersion || (at >= 0 && stream.Position == stream.Length)) return Find(Encoding.ASCII.GetString(behind[..Math.Min(behind.Length, LongestVersion)]));
            // What may be the beginning of the marker, or of the version behind it, is looked at again with what follows.
            kept = at >= 0 ? content.Length - at : Math.Min(content.Length, marker.Length);
            content[^kept..].CopyTo(buffer);
        }

        return null;
    }

    /// <summary>The version in what <c>trivy version</c> prints; null when there is none, as in a build of one's own.</summary>
    public static NuGetVersion? Find(string text) =>
        Number().Match(text) is { Success: true, Groups: var groups } && NuGetVersion.TryParse(groups["version"].Value, out var version) ? version : null;

    [GeneratedRegex(@"^(?:[^0-9]*?\b)?v?(?<version>[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?)", RegexOptions.ExplicitCapture)]
    private static partial Regex Number();
}
