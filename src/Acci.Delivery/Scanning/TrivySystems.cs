using System.Globalization;
using System.Text.RegularExpressions;
using Acci.Oci;

namespace Acci.Delivery.Scanning;

/// <summary>
/// The operating systems whose advisories Trivy has, as its reports name them. It lists the packages of others, such as Fedora, CentOS Stream and Red Hat Enterprise Linux 10, and finds nothing in
/// them. Sources: Trivy's documentation, "Coverage", "OS"; Trivy 0.70, pkg/fanal/types/const.go, pkg/detector/ospkg; trivy-db, pkg/vulnsrc.
/// </summary>
internal static partial class TrivySystems
{
    // Releases of these have no version, or none that matters.
    private static readonly HashSet<string> Rolling = new(StringComparer.OrdinalIgnoreCase)
    {
        "bottlerocket", "chainguard", "echo", "minimos", "opensuse-tumbleweed", "opensuse.tumbleweed", "wolfi",
    };

    // Of later ones it lists the packages alone. CentOS Linux ended with 8; a later one is CentOS Stream, which older versions of Trivy call the same.
    private static readonly Dictionary<string, decimal> Last = new(StringComparer.OrdinalIgnoreCase) { ["centos"] = 8, ["oracle"] = 9, ["redhat"] = 9 };

    // Trivy says nothing of a release that it does not know: its database may have it, or not. 26.004 is 26.04.
    private static readonly Dictionary<string, decimal> Latest = new(StringComparer.OrdinalIgnoreCase)
    {
        ["alma"] = 10, ["alpine"] = 3.024m, ["amazon"] = 2023, ["azurelinux"] = 3, ["cbl-mariner"] = 2, ["debian"] = 13, ["opensuse-leap"] = 16, ["opensuse.leap"] = 16,
        ["photon"] = 5, ["rocky"] = 9, ["sles"] = 16.001m, ["slem"] = 6.001m, ["suse linux enterprise micro"] = 6.001m, ["suse linux enterprise server"] = 16.001m,
        ["ubuntu"] = 26.004m,
    };

    /// <summary>Whether Trivy has advisories of a system; null for a release that is later than those that are known here.</summary>
    /// <param name="family">Its name: <c>debian</c>.</param>
    /// <param name="version">Its version.</param>
    /// <param name="platform">The platform of the image.</param>
    public static bool? HaveAdvisories(string family, string? version, Platform platform)
    {
        if (Rolling.Contains(family)) return true;
        // Of each advisory Rocky's database has the packages of these two. Source: trivy-db, pkg/vulnsrc/rocky/rocky.go, targetArches.
        if (family.Equals("rocky", StringComparison.OrdinalIgnoreCase) && platform != Platform.LinuxAmd64 && platform != Platform.LinuxArm64) return false;
        var isFixed = Last.TryGetValue(family, out var last);
        if (!isFixed && !Latest.TryGetValue(family, out last)) return false;
        // Debian's testing calls itself "forky/sid", and Trivy looks for that.
        if (Numbers().Match(version ?? "") is not { Success: true } match) return false;
        var release = Number(match, "major") + (isFixed || decimal.IsInteger(last) ? 0 : Number(match, "minor") / 1000);
        return release <= last ? true : isFixed ? false : null;
    }

    private static decimal Number(Match match, string group) => match.Groups[group] is { Success: true, Value: var digits } ? decimal.Parse(digits, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^(?<major>[0-9]{1,9})(\.(?<minor>[0-9]{1,3})(?![0-9]))?", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();
}
