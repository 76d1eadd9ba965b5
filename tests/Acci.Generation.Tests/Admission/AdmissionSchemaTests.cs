using System.Text.RegularExpressions;
using Acci.Generation.Admission;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Acci.Generation.Tests.Admission;

/// <summary>
/// Policies have the fields that their controllers know, with values of the right type, and all that are demanded. The schemas themselves are not here:
/// the lists below name what is used of them.
/// </summary>
public sealed partial class AdmissionSchemaTests
{
    /// <summary>
    /// A field, its type or its values, and ! if whatever it belongs to is refused without it. Sources: Kyverno 1.13.0 and 1.19.0,
    /// config/crds/kyverno/kyverno.io_clusterpolicies.yaml, version v1; what is demanded beyond that by api/kyverno/v1/image_verification_types.go, <c>Validate</c>,
    /// and spec_types.go (the time limit).
    /// </summary>
    private const string ClusterPolicy = """
        apiVersion! kyverno.io/v1
        kind! ClusterPolicy
        metadata! object
        metadata.name! string
        spec! object
        spec.background boolean
        spec.webhookConfiguration.failurePolicy Ignore|Fail
        spec.webhookConfiguration.timeoutSeconds 1..30
        spec.rules! array
        spec.rules[].name! string
        spec.rules[].match! object
        spec.rules[].match.any[].resources.kinds[] string
        spec.rules[].verifyImages! array
        spec.rules[].verifyImages[].type Cosign|SigstoreBundle|Notary
        spec.rules[].verifyImages[].failureAction Audit|Enforce
        spec.rules[].verifyImages[].imageReferences! array
        spec.rules[].verifyImages[].imageReferences[] string
        spec.rules[].verifyImages[].attestations[].name string
        spec.rules[].verifyImages[].attestations[].type string
        spec.rules[].verifyImages[].attestations[].attestors[].entries! array
        spec.rules[].verifyImages[].attestations[].attestors[].entries[].keys.publicKeys! string
        spec.rules[].verifyImages[].attestations[].attestors[].entries[].keys.rekor.ignoreTlog boolean
        spec.rules[].verifyImages[].attestations[].attestors[].entries[].keys.ctlog.ignoreSCT boolean
        spec.rules[].verifyImages[].attestations[].attestors[].entries[].keyless.issuer string
        spec.rules[].verifyImages[].attestations[].attestors[].entries[].keyless.subjectRegExp string
        spec.rules[].verifyImages[].attestations[].attestors[].entries[].keyless.rekor! object
        spec.rules[].verifyImages[].attestations[].attestors[].entries[].keyless.rekor.url! string
        """;

    /// <summary>
    /// The same of policy-controller. Sources: policy-controller 0.15.1, config/300-clusterimagepolicy.yaml, version v1beta1; what is demanded beyond that by
    /// pkg/apis/policy/v1beta1/clusterimagepolicy_validation.go.
    /// </summary>
    private const string ClusterImagePolicy = """
        apiVersion! policy.sigstore.dev/v1beta1
        kind! ClusterImagePolicy
        metadata! object
        metadata.name! string
        spec! object
        spec.mode enforce|warn
        spec.images! array
        spec.images[].glob! string
        spec.authorities! array
        spec.authorities[].name string
        spec.authorities[].signatureFormat legacy|bundle
        spec.authorities[].keyless! object
        spec.authorities[].keyless.url! string
        spec.authorities[].keyless.identities! array
        spec.authorities[].keyless.identities[].issuer! string
        spec.authorities[].keyless.identities[].subjectRegExp! string
        spec.authorities[].ctlog.url string
        spec.authorities[].attestations[].name! string
        spec.authorities[].attestations[].predicateType! string
        """;

    public static TheoryData<string, AdmissionSigner> Policies
    {
        get
        {
            var workflow = new AdmissionSigner.Workflow(@"^https://github\.com/octo/acci/\.github/workflows/(a'b|c: \[d\])\.yml@refs/heads/main$", "https://token.actions.githubusercontent.com");
            var policies = new TheoryData<string, AdmissionSigner>();
            foreach (var repository in (string[])["ghcr.io/octo/acci", "docker.io/octo/acci", "registry.example.com:5000/Octo/a_b.c", $"10.0/{new string('7', 80)}", "0/1"])
            {
                policies.Add(repository, workflow);
                policies.Add(repository, workflow with { UsesPublicSigstore = false });
                policies.Add(repository, new AdmissionSigner.Key("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"));
            }

            return policies;
        }
    }

    [Theory]
    [MemberData(nameof(Policies), DisableDiscoveryEnumeration = true)]
    public void A_policy_has_fields_that_its_controller_knows_and_all_that_it_demands(string repository, AdmissionSigner signer)
    {
        var policy = new AdmissionPolicy(repository, signer, "https://sigstore.dev/cosign/sign/v1");

        Assert.Empty(ProblemsOf(policy.ToKyverno(), ClusterPolicy));
        if (policy.ToClusterImagePolicy() is { } other) Assert.Empty(ProblemsOf(other, ClusterImagePolicy));
    }

    [Theory]
    [InlineData("      url: https://rekor", "      uri: https://rekor", "keyless.rekor.uri is not known", "keyless.rekor.url is missing")]
    [InlineData("background: false", "background: 'false'", "spec.background is a string")]
    [InlineData("timeoutSeconds: 30", "timeoutSeconds: 31", "spec.webhookConfiguration.timeoutSeconds is 31")]
    [InlineData("failureAction: Enforce", "failureAction: enforce", "verifyImages[].failureAction is enforce")]
    [InlineData("name: ghcr-io-octo-acci\nspec", "name: 1.0\nspec", "metadata.name is a number")]
    [InlineData("kinds: [Pod]", "kinds: Pod", "resources.kinds is a string")]
    public void What_a_controller_would_refuse_is_found(string right, string wrong, params string[] problems)
    {
        var policy = new AdmissionPolicy("ghcr.io/octo/acci", new AdmissionSigner.Workflow("^a$", "https://example.com"), "https://example.com/type").ToKyverno();
        Assert.Contains(right, policy, StringComparison.Ordinal);

        var found = ProblemsOf(policy.Replace(right, wrong, StringComparison.Ordinal), ClusterPolicy);

        Assert.Equal(problems.Length, found.Count);
        Assert.All(problems, x => Assert.Contains(found, problem => problem.EndsWith(x, StringComparison.Ordinal)));
    }

    private static List<string> ProblemsOf(string text, string schema)
    {
        var fields = schema.Split('\n').Select(x => x.Trim().Split(' ')).ToDictionary(x => x[0].TrimEnd('!'), x => (Type: x[1], IsDemanded: x[0].EndsWith('!')));
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. ProblemsOf(Assert.Single(stream.Documents).RootNode, "")];

        IEnumerable<string> ProblemsOf(YamlNode node, string path)
        {
            // A list stands for the array, and what is in it for an element.
            var isArray = fields.Keys.Any(x => x.StartsWith($"{path}[]", StringComparison.Ordinal));
            var isObject = path.Length == 0 || fields.Keys.Any(x => x.StartsWith($"{path}.", StringComparison.Ordinal));
            switch (node)
            {
                case YamlSequenceNode list when isArray:
                    return list.Children.Count == 0 ? [$"{path} is empty"] : list.Children.SelectMany(x => ProblemsOf(x, $"{path}[]"));
                case YamlMappingNode mapping when isObject:
                    var children = mapping.Children.Select(x => (Path: path.Length == 0 ? $"{x.Key}" : $"{path}.{x.Key}", x.Value)).ToList();
                    var missing = fields.Where(x => x.Value.IsDemanded && ParentOf(x.Key) == path && children.All(child => child.Path != x.Key)).Select(x => $"{x.Key} is missing");
                    return [.. children.SelectMany(x => ProblemsOf(x.Value, x.Path)), .. missing];
                case var _ when !isArray && !isObject && !fields.ContainsKey(path):
                    return [$"{path} is not known"];
                case YamlScalarNode value when !isArray && !isObject:
                    return ProblemOf(value, fields[path].Type) is { } problem ? [$"{path} is {problem}"] : [];
                default:
                    return [$"{path} is a {(node is YamlScalarNode scalar ? TypeOf(scalar) : $"{node.NodeType}")}"];
            }
        }
    }

    private static string? ProblemOf(YamlScalarNode value, string wanted)
    {
        var type = TypeOf(value);
        if (wanted is "string" or "boolean") return type == wanted ? null : $"a {type}";
        if (wanted.Split("..") is [var least, var most])
            return type == "number" && int.TryParse(value.Value, out var number) && number >= int.Parse(least, null) && number <= int.Parse(most, null) ? null : $"{value.Value}";
        return type == "string" && wanted.Split('|').Contains(value.Value) ? null : $"{value.Value}";
    }

    // As Kubernetes reads YAML, with the truth values of YAML 1.1, too.
    private static string TypeOf(YamlScalarNode value) => value.Style != ScalarStyle.Plain ? "string"
        : Truth().IsMatch(value.Value!) ? "boolean"
        : Number().IsMatch(value.Value!) ? "number"
        : value.Value is "" or "~" or "null" or "Null" or "NULL" ? "null"
        : "string";

    private static string ParentOf(string field) => field.LastIndexOf('.') is >= 0 and var dot ? field[..dot] : "";

    [GeneratedRegex("^(true|false|yes|no|on|off|y|n)$", RegexOptions.IgnoreCase)]
    private static partial Regex Truth();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9]*)?)([eE][-+]?[0-9]+)?$|^0[xo][0-9a-fA-F]+$")]
    private static partial Regex Number();
}
