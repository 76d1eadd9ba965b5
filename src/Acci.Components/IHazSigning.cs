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
}
