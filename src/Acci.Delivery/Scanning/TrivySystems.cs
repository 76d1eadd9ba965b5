namespace Acci.Delivery.Scanning;

/// <summary>
/// The operating systems whose advisories Trivy has, as its reports name them. It lists the packages of others, such as Fedora and CentOS Stream, and finds nothing in
/// them. Sources: Trivy's documentation, "Coverage", "OS"; Trivy, pkg/fanal/types/const.go.
/// </summary>
internal static class TrivySystems
{
    private static readonly HashSet<string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        "alma", "alpine", "amazon", "azurelinux", "bottlerocket", "cbl-mariner", "centos", "chainguard", "debian", "echo", "minimos", "opensuse", "opensuse-leap",
        "opensuse-tumbleweed", "opensuse.leap", "opensuse.tumbleweed", "oracle", "photon", "redhat", "rocky", "sles", "slem", "suse linux enterprise micro",
        "suse linux enterprise server", "ubuntu", "wolfi",
    };

    // CentOS Linux ended with 8; a later one is CentOS Stream, which older versions of Trivy call the same.
    private const int LastCentOS = 8;

    /// <summary>Whether Trivy has advisories of a system.</summary>
    /// <param name="family">Its name: <c>debian</c>.</param>
    /// <param name="version">Its version.</param>
    public static bool HaveAdvisories(string family, string? version) =>
        Known.Contains(family) && !(family == "centos" && int.TryParse((version ?? "").Split('.')[0], out var major) && major > LastCentOS);
}
