using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Acci.Oci.Registries;

namespace Acci.Delivery.Registries;

/// <summary>How one registry is reached by whatever talks to it: this build, cosign, BuildKit.</summary>
/// <param name="Domain">The registry.</param>
internal sealed record RegistryAccess(string Domain)
{
    /// <summary>The parameter that names an authority.</summary>
    internal const string AuthorityParameter = "--registry-ca";

    /// <summary>What readers call the file of the authority.</summary>
    internal const string ReadersAuthority = "registry-ca.crt";

    /// <summary>A person named it for plain http.</summary>
    public bool IsPlainHttp { get; init; }

    /// <summary>Files with authorities that are trusted beside the machine's, in PEM form.</summary>
    public IReadOnlyList<string> AuthorityFiles { get; init; } = [];

    /// <summary>Files of certificates that this side shows, with their private keys, in PEM form.</summary>
    public IReadOnlyList<(string Certificate, string Key)> OwnFiles { get; init; } = [];

    /// <summary>What is in those files.</summary>
    public RegistryTrust Trust { get; init; } = RegistryTrust.None;

    /// <summary>Programs need no settings for it.</summary>
    public bool IsUsual => !IsPlainHttp && AuthorityFiles.Count == 0 && OwnFiles.Count == 0;

    /// <summary>The parameter that names this registry, and could name it for plain http; null for one that no parameter names, such as a base image's.</summary>
    internal string? NamedBy { get; init; }

    /// <summary>The options of this build's own client, with the settings of this registry.</summary>
    public RegistryOptions ClientOptions(RegistryOptions options) => options with
    {
        PlainHttp = IsPlainHttp ? true : null,
        PlainHttpName = NamedBy is null ? null : $"{NamedBy} http://{Domain}",
        // The parameter is one of builds that compose it, and this is read by every build, and by docker.
        AuthorityName = $"~/.docker/certs.d/{Domain}/ca.crt",
        Trust = Trust,
    };

    /// <summary>What readers of a command have to have first, as a line of a shell's; null for nothing.</summary>
    internal string? Remark => IsPlainHttp ? $"# {Domain} speaks plain http: docker pulls from there if its daemon.json has it among insecure-registries"
        : AuthorityFiles.Count > 0 ? $"# {ReadersAuthority} is the certificate of the authority of {Domain}, which its operator gives to clients; docker reads it from /etc/docker/certs.d/{Domain}/ca.crt"
        : OwnFiles.Count > 0 ? $"# client.cert and client.key are your own certificate for {Domain}, with its private key; docker reads them from /etc/docker/certs.d/{Domain}"
        : null;

    /// <summary>The arguments for a reader's cosign.</summary>
    internal IEnumerable<string> ReadersArguments =>
        (this with { OwnFiles = OwnFiles.Count > 0 ? [("client.cert", "client.key")] : [] }).CosignArguments(AuthorityFiles.Count > 0 ? ReadersAuthority : null);

    /// <summary>The arguments for cosign. Source: <c>cosign verify --help</c>.</summary>
    /// <param name="authorities">One file with all authorities: cosign believes no others then.</param>
    internal IEnumerable<string> CosignArguments(string? authorities)
    {
        if (IsPlainHttp) return ["--allow-http-registry"];
        return
        [
            .. authorities is null ? Array.Empty<string>() : ["--registry-cacert", authorities],
            .. OwnFiles.Take(1).SelectMany(x => (string[])["--registry-client-cert", x.Certificate, "--registry-client-key", x.Key]),
        ];
    }

    /// <summary>Writes all authorities into one file: the machine's and those of the files.</summary>
    internal async Task WriteAuthoritiesAsync(string file, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        foreach (var authority in AuthoritiesIn(StoreLocation.LocalMachine).Concat(AuthoritiesIn(StoreLocation.CurrentUser)).Concat(Trust.Authorities))
            text.AppendLine(authority.ExportCertificatePem());
        await File.WriteAllTextAsync(file, text.ToString(), cancellationToken);
    }

    private static X509Certificate2Collection AuthoritiesIn(StoreLocation location)
    {
        using var store = new X509Store(StoreName.Root, location);
        try
        {
            store.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
            return store.Certificates;
        }
        catch (CryptographicException)
        {
            // There is none.
            return [];
        }
    }
}
