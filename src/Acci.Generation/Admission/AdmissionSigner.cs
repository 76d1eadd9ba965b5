namespace Acci.Generation.Admission;

/// <summary>Who must have signed what a cluster runs.</summary>
public abstract record AdmissionSigner
{
    private AdmissionSigner()
    {
    }

    /// <summary>The owner of a key. Its signatures are in no transparency log.</summary>
    /// <param name="PublicKey">The public half, PEM.</param>
    public sealed record Key(string PublicKey) : AdmissionSigner;

    /// <summary>A workflow, with a certificate from Sigstore.</summary>
    /// <param name="Subjects">The certificates' subjects: a regular expression (RE2) that matches the whole of each.</param>
    /// <param name="Issuer">Who issued the workflow's identity token.</param>
    public sealed record Workflow(string Subjects, string Issuer) : AdmissionSigner
    {
        /// <summary>The certificate is the public Sigstore's, and no other's.</summary>
        public bool UsesPublicSigstore { get; init; } = true;
    }
}
