using Acci.Delivery.Processes;

namespace Acci.Delivery.Registries;

/// <summary>
/// The folders in which docker has certificates for registries, <c>certs.d/HOST</c>: every <c>*.crt</c> is an authority, and every <c>*.cert</c> a certificate to
/// show, with a <c>*.key</c> beside it. Source: Docker documentation, "Verify repository client with certificates"; moby, registry/registry.go, <c>ReadCertsDirectory</c>.
/// </summary>
/// <param name="folders">The folders <c>certs.d</c>.</param>
internal sealed class CertificateFolders(IReadOnlyList<string> folders)
{
    /// <summary>Those of this machine's engine, of this user's rootless one, and of Docker Desktop.</summary>
    public static CertificateFolders Of(ProcessEnvironment environment)
    {
        var home = environment.Home;
        var system = OperatingSystem.IsWindows() ? Path.Combine(environment.Find("ProgramData") ?? @"C:\ProgramData", "docker", "certs.d") : "/etc/docker/certs.d";
        return new([system, .. home.Length == 0 ? Array.Empty<string>() : [
            Path.Combine(environment.Find("XDG_CONFIG_HOME") ?? Path.Combine(home, ".config"), "docker", "certs.d"), Path.Combine(home, ".docker", "certs.d")]]);
    }

    /// <summary>There is a folder for a registry.</summary>
    public bool Has(string domain) => folders.Any(x => Directory.Exists(Path.Combine(x, NameOf(domain))));

    /// <summary>
    /// The files for a registry. One that cannot be used is left out: the machine's own authorities may verify the registry, and what is for the engine is often for root alone.
    /// </summary>
    /// <param name="domain">The registry.</param>
    /// <param name="warn">Is told what is left out.</param>
    public (IReadOnlyList<string> Authorities, IReadOnlyList<(string Certificate, string Key)> Own) Find(string domain, Action<string> warn)
    {
        var files = folders.Select(x => Path.Combine(x, NameOf(domain))).SelectMany(x => FilesOf(x, domain, warn)).ToList();
        var pairs = files.Where(x => Has(x, ".cert")).Select(x => (Certificate: x, Key: Path.ChangeExtension(x, ".key")));
        foreach (var key in files.Where(x => Has(x, ".key") && !files.Contains(Path.ChangeExtension(x, ".cert")))) warn(LeftOut(domain, $"{key}: its certificate is not there."));
        return ([.. files.Where(x => Has(x, ".crt") && IsUsable(() => CertificateFile.Read(x)))], [.. pairs.Where(IsUsablePair)]);

        bool IsUsablePair((string Certificate, string Key) pair)
        {
            if (files.Contains(pair.Key)) return IsUsable(() => CertificateFile.ReadOwn(pair.Certificate, pair.Key));
            warn(LeftOut(domain, $"{pair.Certificate}: its private key is not there; an authority's file ends in .crt."));
            return false;
        }

        bool IsUsable(Action read)
        {
            try
            {
                read();
                return true;
            }
            catch (DeliveryException exception)
            {
                warn(LeftOut(domain, exception.Message));
                return false;
            }
        }
    }

    private static bool Has(string file, string ending) => file.EndsWith(ending, StringComparison.Ordinal);

    private static string LeftOut(string domain, string problem) =>
        $"{problem.TrimEnd('.')}. {domain} is reached without it: if the registry needs it, correct the file, or run the build as a user who can read it.";

    // No file of Windows has a colon in its name. Source: moby, registry/config_windows.go, cleanPath.
    private static string NameOf(string domain) => OperatingSystem.IsWindows() ? domain.Replace(":", "", StringComparison.Ordinal) : domain;

    private static string[] FilesOf(string folder, string domain, Action<string> warn)
    {
        try
        {
            return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)] : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            warn(LeftOut(domain, $"Docker's certificates in {folder} cannot be read: {exception.Message.TrimEnd('.')}."));
            return [];
        }
    }
}
