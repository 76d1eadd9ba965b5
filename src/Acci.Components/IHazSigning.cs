using Nuke.Common;

namespace Acci.Components;

/// <summary>With what images are signed: a key that is named, the workflow's own identity, or else a key pair of this machine's.</summary>
public interface IHazSigning : INukeBuild
{
    /// <summary>A file, a key service's URI, or the private key's own text.</summary>
    [Parameter("Key to sign with: a file, a key service's URI (awskms://, gcpkms://, azurekms://, hashivault://, k8s://) or PEM text; default: a key pair made on this machine"), Secret]
    string? SigningKey => TryGetValue(() => SigningKey) is { Length: > 0 } key ? key : null;

    /// <summary>What the key is encrypted with.</summary>
    [Parameter("Password of the signing key"), Secret]
    string? SigningPassword => TryGetValue(() => SigningPassword) is { Length: > 0 } password ? password : null;

    /// <summary>Signs with the identity of the workflow this runs in.</summary>
    [Parameter("Sign with the identity of the GitHub Actions workflow this runs in, without a key")]
    bool Keyless => TryGetValue<bool?>(() => Keyless) ?? false;

    /// <summary>Where a Sigstore of one's own signs.</summary>
    [Parameter("Signing configuration of a Sigstore of your own, for --keyless; default: the public Sigstore's, or that of TUF_MIRROR")]
    string? SigstoreSigningConfig => TryGetValue(() => SigstoreSigningConfig) is { Length: > 0 } file ? file : null;

    /// <summary>What signatures of a Sigstore of one's own are verified with.</summary>
    [Parameter("Trusted root of a Sigstore of your own, for signatures of workflows; default: the public Sigstore's, or that of TUF_MIRROR")]
    string? SigstoreTrustedRoot => TryGetValue(() => SigstoreTrustedRoot) is { Length: > 0 } file ? file : null;
}
