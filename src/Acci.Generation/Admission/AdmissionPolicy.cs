using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Acci.Generation.Admission;

/// <summary>What a cluster asks of an image before it runs it: a statement of this type about its digest, in a Sigstore bundle beside it, signed by this signer.</summary>
/// <param name="Repository">The image's repository, with its registry: <c>ghcr.io/owner/name</c>. The policy holds for all of its tags and digests.</param>
/// <param name="Signer">Who must have signed.</param>
/// <param name="StatementType">The statement's predicate type. Any other statement of the signer's would be one, too, if none was named.</param>
public sealed partial record AdmissionPolicy(string Repository, AdmissionSigner Signer, string StatementType)
{
    private const string Fulcio = "https://fulcio.sigstore.dev";
    private const string Rekor = "https://rekor.sigstore.dev";
    private const string Statement = "signature";
    private const string OwnSigstore =
        "# Kyverno trusts the Sigstore that it is started with. Start it with --enableTuf=true, --tufMirror and --tufRoot of the one that signs here.\n"
        + "# It demands an address under rekor, and does not use it.\n";

    private const string OwnKey = "# For Kyverno 1.19 or later: earlier ones verify bundles of workflows only, and refuse these images.\n";

    private const int LongestLabel = 63;

    /// <summary>
    /// Its name in the cluster: a DNS label, and another one for each repository, because a policy takes the place of one of the same name.
    /// Source: RFC 1123, section 2.1.
    /// </summary>
    public string Name
    {
        get
        {
            var readable = NotInLabels().Replace(Repository.ToLowerInvariant(), "-").Trim('-');
            if (IsReadBack().IsMatch(Repository) && readable.Length <= LongestLabel) return readable;
            // No readable name alone has two dashes side by side.
            var hash = $"--{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Repository)))[..12]}";
            return $"{readable[Math.Max(0, readable.Length + hash.Length - LongestLabel)..].TrimStart('-')}{hash}";
        }
    }

    /// <summary>
    /// The policy as Kyverno's <c>ClusterPolicy</c>. It cannot name a Sigstore: bundles are verified with the trusted root that Kyverno itself gets
    /// by TUF. It verifies bundles of keys from 1.19 on. Source: Kyverno 1.13 and later, "Verify Images Rules", type <c>SigstoreBundle</c>; its code,
    /// <c>getTrustedMaterial</c>.
    /// </summary>
    public string ToKyverno() => Preface + YamlMapping.Write(policy => policy
        .Text("apiVersion", "kyverno.io/v1")
        .Text("kind", "ClusterPolicy")
        .Mapping("metadata", metadata => metadata.Text("name", Name))
        .Mapping("spec", spec => spec
            .Flag("background", false)
            .Mapping("webhookConfiguration", webhook => webhook.Text("failurePolicy", "Fail").Number("timeoutSeconds", 30))
            .List("rules", [Name], (rule, name) => rule
                .Text("name", name)
                .Mapping("match", match => match.List("any", ["Pod"], (any, kind) => any.Mapping("resources", resources => resources.List("kinds", [kind]))))
                .List("verifyImages", [Repository], (images, repository) => images
                    .Text("type", "SigstoreBundle")
                    .Text("failureAction", "Enforce")
                    .List("imageReferences", [$"{repository}:*", $"{repository}@*"], flow: false)
                    .List("attestations", [StatementType], (attestation, type) => attestation
                        .Text("name", Statement)
                        .Text("type", type)
                        .List("attestors", [Signer], (attestor, signer) => attestor
                            .List("entries", [signer], WriteKyverno)))))));

    /// <summary>
    /// The policy as a <c>ClusterImagePolicy</c> of Sigstore's policy-controller; null where it does not verify bundles: those of a key, and those of
    /// another Sigstore than the public one. A <c>TrustRoot</c> could hold the keys of such a one, but the controller notes the names of its logs in
    /// hexadecimal, and its verifier then finds no log. Source: policy-controller, docs/api-types/index.md, <c>signatureFormat</c>; its code,
    /// <c>ConvertTransparencyLogInstance</c>.
    /// </summary>
    public string? ToClusterImagePolicy() => Signer is not AdmissionSigner.Workflow { UsesPublicSigstore: true } workflow ? null : YamlMapping.Write(policy => policy
        .Text("apiVersion", "policy.sigstore.dev/v1beta1")
        .Text("kind", "ClusterImagePolicy")
        .Mapping("metadata", metadata => metadata.Text("name", Name))
        .Mapping("spec", spec => spec
            .Text("mode", "enforce")
            .List("images", [$"{HostedRepository}:**", $"{HostedRepository}@**"], (image, glob) => image.Text("glob", glob))
            .List("authorities", [workflow], (authority, signer) => authority
                .Text("name", "publisher")
                .Text("signatureFormat", "bundle")
                .Mapping("keyless", keyless => keyless
                    .Text("url", Fulcio)
                    .List("identities", [signer], (identity, x) => identity.Text("issuer", x.Issuer).Text("subjectRegExp", x.Subjects)))
                .Mapping("ctlog", log => log.Text("url", Rekor))
                .List("attestations", [StatementType], (attestation, type) => attestation.Text("name", Statement).Text("predicateType", type)))));

    private string Preface => Signer switch { AdmissionSigner.Key => OwnKey, AdmissionSigner.Workflow { UsesPublicSigstore: false } => OwnSigstore, _ => "" };

    // The name that policy-controller has for Docker Hub.
    private string HostedRepository => Repository.StartsWith("docker.io/", StringComparison.Ordinal) ? $"index.{Repository}" : Repository;

    private static void WriteKyverno(YamlMapping entry, AdmissionSigner signer) => _ = signer switch
    {
        AdmissionSigner.Key key => entry.Mapping("keys", keys => keys
            .Text("publicKeys", key.PublicKey)
            .Mapping("rekor", rekor => rekor.Flag("ignoreTlog", true))
            .Mapping("ctlog", log => log.Flag("ignoreSCT", true))),
        // Kyverno refuses a policy without an address of Rekor. It is that of older signatures: the log of a bundle is one that the trusted root names.
        AdmissionSigner.Workflow workflow => entry.Mapping("keyless", keyless => keyless
            .Text("issuer", workflow.Issuer)
            .Text("subjectRegExp", workflow.Subjects)
            .Mapping("rekor", rekor => rekor.Text("url", Rekor))),
        _ => throw new ArgumentException($"{signer} is no signer.", nameof(signer)),
    };

    // The repositories whose names the label alone tells: the first dash is the dot of a host of two parts, and each other one a slash.
    [GeneratedRegex(@"\A[a-z0-9]+\.[a-z0-9]+(/[a-z0-9]+)+\z")]
    private static partial Regex IsReadBack();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotInLabels();
}
