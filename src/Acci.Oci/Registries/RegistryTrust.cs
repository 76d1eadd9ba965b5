using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Acci.Oci.Registries;

/// <summary>
/// What a registry's certificate may be signed by beside the authorities of the machine, and what this side shows where a server asks for a certificate.
/// </summary>
public sealed record RegistryTrust
{
    // Source: RFC 5280, section 4.2.1.12, id-kp-serverAuth.
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>The machine's authorities alone.</summary>
    public static RegistryTrust None { get; } = new();

    /// <summary>Authorities that are trusted, too: roots, intermediate ones, or a server's own certificate.</summary>
    public IReadOnlyList<X509Certificate2> Authorities { get; init; } = [];

    /// <summary>Certificates with their private keys; a server that asks gets the one that it accepts.</summary>
    public IReadOnlyList<X509Certificate2> Own { get; init; } = [];

    /// <summary>Certificates between the one in <see cref="Own"/> and its authority, which servers get with it. With several of those they are not sent.</summary>
    public IReadOnlyList<X509Certificate2> Intermediates { get; init; } = [];

    internal SslClientAuthenticationOptions ToOptions(Action<string> notTrusted, Action needed)
    {
        var options = new SslClientAuthenticationOptions();
        // Of several, the system picks the one that the server accepts, and sends it alone.
        if (Own is [var one] && Intermediates.Count > 0) options.ClientCertificateContext = SslStreamCertificateContext.Create(one, [.. Intermediates], offline: true);
        else if (Own.Count > 0) options.ClientCertificates = [.. Own];
        if (Authorities.Count == 0) return options;
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            if (errors == SslPolicyErrors.None) return true;
            if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable)) return false;
            if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            {
                notTrusted($"it is for another host: {certificate.Subject}");
                return false;
            }

            var problem = FindProblem(X509CertificateLoader.LoadCertificate(certificate.GetRawCertData()), chain);
            if (problem is null) needed();
            else notTrusted(problem);
            return problem is null;
        };
        return options;
    }

    // Go's verifier, and so docker, ends at any certificate among the authorities, not only at a root. Source: crypto/x509, Certificate.Verify.
    private string? FindProblem(X509Certificate2 server, X509Chain? sent)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        X509Certificate2[] authorities = [.. Authorities];
        policy.CustomTrustStore.AddRange(authorities);
        policy.ExtraStore.AddRange(authorities);
        if (sent is not null) policy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.ApplicationPolicy.Add(new(ServerAuthentication));
        policy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        if (!chain.Build(server)) return $"it is signed by {server.Issuer}: " + string.Join(", ", chain.ChainStatus.Select(x => x.StatusInformation.TrimEnd('.', ' ', '\n')).Distinct());
        return chain.ChainElements.Any(x => Authorities.Any(authority => authority.RawDataMemory.Span.SequenceEqual(x.Certificate.RawDataMemory.Span))) ? null
            : $"it is signed by {chain.ChainElements[^1].Certificate.Issuer}, which is neither this machine's authority nor one that was named";
    }
}
