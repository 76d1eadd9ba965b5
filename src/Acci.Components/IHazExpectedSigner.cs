using Nuke.Common;

namespace Acci.Components;

/// <summary>Who must have signed: who is named, else who signs here.</summary>
public interface IHazExpectedSigner : IHazSigning
{
    /// <summary>Who must have signed, where that is another than signs here.</summary>
    [Parameter("Who must have signed what is promoted or verified: a workflow's identity, a regular expression from '^' to '$', or a public key's file; default: who signs here, with --keyless any workflow of this repository")]
    string? SignedBy => TryGetValue(() => SignedBy) is { Length: > 0 } signer ? signer : null;

    /// <summary>The repository that a workflow must have run in: a reusable workflow signs as itself for every repository that calls it.</summary>
    [Parameter("The repository in which a workflow must have signed, as in 'owner/name'; default: this repository")]
    string? SignedByRepository => TryGetValue(() => SignedByRepository) is { Length: > 0 } repository ? repository : null;

    /// <summary>Who must have issued the workflow's identity token.</summary>
    [Parameter("Issuer of the identity token with which a workflow must have signed; default: the issuer of the server that the repository is on")]
    string? SignedByIssuer => TryGetValue(() => SignedByIssuer) is { Length: > 0 } issuer ? issuer : null;
}
