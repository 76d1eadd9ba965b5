using Nuke.Common;

namespace Acci.Components;

/// <summary>
/// The authority that has signed the certificates of a company's registries. A build that has this takes it for every verb that talks to a registry; without it, the
/// machine's authorities and docker's <c>certs.d</c> count.
/// </summary>
public interface IHazRegistryAuthority : INukeBuild
{
    /// <summary>Certificates of authorities, in PEM form, that registries are trusted by beside the machine's own and docker's <c>certs.d</c>; relative to the root.</summary>
    [Parameter("File with the certificate of the authority that the registry's certificate is signed by, in PEM form; default: the machine's authorities, and docker's certs.d")]
    string? RegistryCa => TryGetValue(() => RegistryCa) is { Length: > 0 } file ? file : null;
}
