using Nuke.Common;

namespace Acci.Components;

/// <summary>Who must have signed: who is named, else who signs here.</summary>
public interface IHazExpectedSigner : IHazSigning
{
    /// <summary>Who must have signed, where that is another than signs here.</summary>
    [Parameter("Who must have signed what is promoted or verified: a workflow's identity, a regular expression that starts with '^', or a public key's file; default: who signs here, with --keyless any workflow of this repository")]
    string? SignedBy => TryGetValue(() => SignedBy) is { Length: > 0 } signer ? signer : null;
}
