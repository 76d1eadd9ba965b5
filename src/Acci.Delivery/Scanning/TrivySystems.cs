namespace Acci.Delivery.Scanning;

/// <summary>
/// The operating systems whose advisories Trivy has, as its reports name them. It lists the packages of others, such as Fedora, CentOS Stream and Red Hat Enterprise Linux 10, and finds nothing in
/// them. Sources: Trivy's documentation, "Coverage", "OS"; Trivy, pkg/fanal/types/const.go, pkg/detector/ospkg.
/// </summary>
internal static class TrivySystems
{
    private static readonly HashSet<string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        "alma", "alpine", "amazon", "azurelinux", "bottlerocket", "cbl-mariner", "centos", "chainguard", "debian", "echo", "minimos", "opensuse-leap",
        "opensuse-tumbleweed", "opensuse.leap", "opensuse.tumbleweed", "oracle", "photon", "redhat", "rocky", "sles", "slem", "suse linux enterprise micro",
        "suse linux enterprise server", "ubuntu", "wolfi",
    };

    // Of later ones it lists the packages alone. CentOS Linux ended with 8; a later one is CentOS Stream, which older versions of Trivy call the same.
    private static readonly Dictionary<string, int> Last = new(StringComparer.OrdinalIgnoreCase) { ["redhat"] = 9, ["centos"] = 8 };

    /// <summary>Whether Trivy has advisories of a system.</summary>
    /// <param name="family">Its name: <c>debian</c>.</param>
    /// <param name="version">Its version.</param>
    public static bool HaveAdvisories(string family, string? version) =>
        Known.Contains(family) && (!Last.TryGetValue(family, out var last) || (int.TryParse((version ?? "").Split('.')[0], out var major) && major <= last));
}
