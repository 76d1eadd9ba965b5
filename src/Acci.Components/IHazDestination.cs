using Nuke.Common;

namespace Acci.Components;

/// <summary>Where images are published.</summary>
public interface IHazDestination : INukeBuild
{
    /// <summary>The registry, with the path images go below, or several, of which the first is read from; none means the local registry on 127.0.0.1, which needs no credentials.</summary>
    [Parameter("Registry and owner to publish to, as in 'ghcr.io/owner', or several with commas between; default: a registry of this machine's own on 127.0.0.1")]
    string? Registry => TryGetValue(() => Registry);

    /// <summary>Certificates of authorities, in PEM form, that registries are trusted by beside the machine's own and docker's <c>certs.d</c>; relative to the root.</summary>
    [Parameter("File with the certificate of the authority that the registry's certificate is signed by, in PEM form; default: the machine's authorities, and docker's certs.d")]
    string? RegistryCa => TryGetValue(() => RegistryCa);
}
