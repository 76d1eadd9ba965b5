using Acci.Generation.Admission;

namespace Acci.Generation.Tests.Admission;

/// <summary>What clusters are given to enforce, word for word.</summary>
public class AdmissionPolicyTests
{
    private const string Issuer = "https://token.actions.githubusercontent.com";
    private const string Expression = @"^(?i:https://github\.com/octo/acci)/\.github/workflows/[^@]+@refs/(heads|tags)/.+$";

    private const string Type = "https://sigstore.dev/cosign/sign/v1";

    [Fact]
    public void Kyverno_asks_for_the_signature_and_who_made_it()
    {
        Assert.Equal("""
            apiVersion: kyverno.io/v1
            kind: ClusterPolicy
            metadata:
              name: ghcr-io-octo-acci
            spec:
              background: false
              webhookConfiguration:
                failurePolicy: Fail
                timeoutSeconds: 30
              rules:
                - name: ghcr-io-octo-acci
                  match:
                    any:
                      - resources:
                          kinds: [Pod]
                  verifyImages:
                    - type: SigstoreBundle
                      failureAction: Enforce
                      imageReferences:
                        - ghcr.io/octo/acci:*
                        - ghcr.io/octo/acci@*
                      attestations:
                        - name: signature
                          type: https://sigstore.dev/cosign/sign/v1
                          attestors:
                            - entries:
                                - keyless:
                                    issuer: https://token.actions.githubusercontent.com
                                    subjectRegExp: ^(?i:https://github\.com/octo/acci)/\.github/workflows/[^@]+@refs/(heads|tags)/.+$
                                    rekor:
                                      url: https://rekor.sigstore.dev

            """.ReplaceLineEndings("\n"), Policy(new AdmissionSigner.Workflow(Expression, Issuer)).ToKyverno());
    }

    [Fact]
    public void A_key_s_signatures_are_looked_for_in_no_log()
    {
        var policy = Policy(new AdmissionSigner.Key("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"));

        Assert.StartsWith("# For Kyverno 1.19 or later", policy.ToKyverno(), StringComparison.Ordinal);
        Assert.Contains("""
                                - keys:
                                    publicKeys: |
                                      -----BEGIN PUBLIC KEY-----
                                      AAAA
                                      -----END PUBLIC KEY-----
                                    rekor:
                                      ignoreTlog: true
                                    ctlog:
                                      ignoreSCT: true
            """.ReplaceLineEndings("\n"), policy.ToKyverno(), StringComparison.Ordinal);
        Assert.Null(policy.ToClusterImagePolicy());
    }

    [Fact]
    public void Another_Sigstore_than_the_public_one_is_named_in_no_policy()
    {
        var ofPublic = new AdmissionSigner.Workflow(Expression, Issuer);
        var policy = Policy(ofPublic with { UsesPublicSigstore = false });

        var lines = policy.ToKyverno().Split('\n');
        Assert.All(lines[..2], x => Assert.StartsWith("# ", x, StringComparison.Ordinal));
        Assert.Equal(Policy(ofPublic).ToKyverno().Split('\n'), lines[2..]);
        Assert.Null(policy.ToClusterImagePolicy());
    }

    [Fact]
    public void Policy_controller_asks_for_the_same()
    {
        Assert.Equal("""
            apiVersion: policy.sigstore.dev/v1beta1
            kind: ClusterImagePolicy
            metadata:
              name: ghcr-io-octo-acci
            spec:
              mode: enforce
              images:
                - glob: ghcr.io/octo/acci:**
                - glob: ghcr.io/octo/acci@**
              authorities:
                - name: publisher
                  signatureFormat: bundle
                  keyless:
                    url: https://fulcio.sigstore.dev
                    identities:
                      - issuer: https://token.actions.githubusercontent.com
                        subjectRegExp: ^(?i:https://github\.com/octo/acci)/\.github/workflows/publish\.yml@refs/heads/main$
                  ctlog:
                    url: https://rekor.sigstore.dev
                  attestations:
                    - name: signature
                      predicateType: https://sigstore.dev/cosign/sign/v1

            """.ReplaceLineEndings("\n"), Policy(new AdmissionSigner.Workflow(@"^(?i:https://github\.com/octo/acci)/\.github/workflows/publish\.yml@refs/heads/main$", Issuer)).ToClusterImagePolicy());
    }

    [Theory]
    [InlineData("docker.io/octo/acci", "^docker-io-octo-acci$", "- glob: index.docker.io/octo/acci:**")]
    [InlineData("registry.example.com:5000/Octo/a_b.c", "^registry-example-com-5000-octo-a-b-c--[0-9a-f]{12}$", "- glob: registry.example.com:5000/Octo/a_b.c@**")]
    [InlineData("registry.example.com/a-very-long-name-of-a-team/and-a-longer-name-of-a-product/app", "a-team-and-a-longer-name-of-a-product-app--[0-9a-f]{12}$", "- glob: ")]
    public void A_policy_s_name_is_a_label_and_Docker_Hub_has_the_name_that_the_controller_has_for_it(string repository, string name, string glob)
    {
        var policy = new AdmissionPolicy(repository, new AdmissionSigner.Workflow(Expression, Issuer), Type);

        Assert.Matches(name, policy.Name);
        Assert.Matches("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", policy.Name);
        Assert.Contains(glob, policy.ToClusterImagePolicy(), StringComparison.Ordinal);
    }

    [Fact]
    public void No_two_repositories_have_policies_of_one_name()
    {
        string[] repositories =
        [
            "ghcr.io/octo/app-web", "ghcr.io/octo/app_web", "ghcr.io/octo/app.web", "ghcr.io/octo/app/web", "ghcr.io/octo/app--web", "ghcr.io/octo-app/web",
            "ghcr.io/a-b/c", "ghcr.io/a/b-c", "ghcr.io/a/b/c", "a.b.c/d", "a.b/c/d", "a.b/c.d", "localhost:5000/app", "localhost/5000/app",
            "Registry.example.com/app", "registry.example.com/app", $"ghcr.io/one/{new string('a', 80)}", $"ghcr.io/two/{new string('a', 80)}",
            $"ghcr.io/{new string('a', 60)}/b", $"ghcr.io/{new string('b', 60)}/b", $"ghcr.io/octo/{string.Join('-', Enumerable.Repeat("a", 40))}",
        ];

        var names = repositories.Select(x => (Policy(new AdmissionSigner.Key("")) with { Repository = x }).Name).ToList();

        Assert.Equal(repositories.Length, names.Distinct().Count());
        Assert.All(names, x => Assert.Matches("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", x));
    }

    [Theory]
    [InlineData("ghcr.io/octo/app", "ghcr-io-octo-app")]
    [InlineData("ghcr.io/octo/app-web", "ghcr-io-octo-app-web--8920912a097b")]
    public void A_repository_s_policy_has_the_same_name_each_time(string repository, string name) =>
        Assert.Equal(name, (Policy(new AdmissionSigner.Key("")) with { Repository = repository }).Name);

    private static AdmissionPolicy Policy(AdmissionSigner signer) => new("ghcr.io/octo/acci", signer, Type);
}
