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

    /// <summary>The files for a registry. What is for others alone, as the engine's private keys often are for root, is left out.</summary>
    /// <param name="domain">The registry.</param>
    /// <param name="warn">Is told what is left out.</param>
    /// <exception cref="DeliveryException">A certificate or key has no other half.</exception>
    public (IReadOnlyList<string> Authorities, IReadOnlyList<(string Certificate, string Key)> Own) Find(string domain, Action<string> warn)
    {
        var authorities = new List<string>();
        var own = new List<(string Certificate, string Key)>();
        foreach (var folder in folders.Select(x => Path.Combine(x, NameOf(domain))))
        {
            foreach (var file in FilesOf(folder, warn))
            {
                if (file.EndsWith(".crt", StringComparison.Ordinal)) authorities.Add(file);
                else if (file.EndsWith(".cert", StringComparison.Ordinal)) own.Add((file, Beside(file, ".key", "its private key is not there; an authority's file ends in .crt")));
                else if (file.EndsWith(".key", StringComparison.Ordinal)) Beside(file, ".cert", "its certificate is not there");
            }
        }

        foreach (var (certificate, key) in own.Where(x => !CertificateFile.IsReadable(x.Key)))
            warn($"{domain} is not shown the client certificate {certificate}: this user cannot read its private key, {key}. If the registry asks for one, run the build as a user who can.");
        return (authorities, [.. own.Where(x => CertificateFile.IsReadable(x.Key))]);
    }

    // No file of Windows has a colon in its name. Source: moby, registry/config_windows.go, cleanPath.
    private static string NameOf(string domain) => OperatingSystem.IsWindows() ? domain.Replace(":", "", StringComparison.Ordinal) : domain;

    private static string[] FilesOf(string folder, Action<string> warn)
    {
        try
        {
            return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)] : [];
        }
        catch (UnauthorizedAccessException)
        {
            warn($"This user cannot read docker's certificates in {folder}, so the registry is reached without them. If it needs them, run the build as a user who can.");
            return [];
        }
        catch (IOException exception)
        {
            throw new DeliveryException($"Docker's certificates in {folder} cannot be read: {exception.Message.TrimEnd('.')}. Check the disk.", exception);
        }
    }

    private static string Beside(string file, string ending, string problem)
    {
        var other = Path.ChangeExtension(file, ending);
        return File.Exists(other) ? other : throw new DeliveryException($"{file}: {problem} ({other}). Docker refuses that, too: add the file, or move this one away.");
    }
}
