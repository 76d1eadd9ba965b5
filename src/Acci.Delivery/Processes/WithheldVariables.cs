using System.Collections.Concurrent;

namespace Acci.Delivery.Processes;

/// <summary>
/// Secret environment variables. They are removed from this process, so that child processes do not inherit them. <see cref="ProcessEnvironment.Read"/>
/// still has them, and a program gets the ones that its command names in <see cref="Command.Secrets"/>.
/// </summary>
public static class WithheldVariables
{
    /// <summary>
    /// Variables that are secrets in every build: those of GitHub's tools and runners, and of the programs that a build runs. build.sh and build.ps1 have the same list.
    /// Sources: <c>gh help environment</c>; <c>cosign env</c> and cosign's options; Docker documentation, "Content trust in Docker"; Trivy's documentation, "Configuration".
    /// </summary>
    internal static readonly string[] WellKnown =
    [
        "GITHUB_TOKEN", "GH_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GH_ENTERPRISE_TOKEN", "CR_PAT", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_RUNTIME_TOKEN", "SIGSTORE_ID_TOKEN",
        "COSIGN_PASSWORD", "COSIGN_PRIVATE_KEY", "COSIGN_PKCS11_PIN", "COSIGN_IDENTITY_TOKEN", "COSIGN_REGISTRY_PASSWORD", "COSIGN_REGISTRY_TOKEN",
        "DOCKER_AUTH_CONFIG", "DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE", "DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE",
        "TRIVY_PASSWORD", "TRIVY_REGISTRY_TOKEN", "TRIVY_TOKEN", "TRIVY_GITHUB_TOKEN",
    ];

    /// <summary>What opens each service that keeps a signing key, by the beginning of the key's URI. build.sh and build.ps1 know them, too.</summary>
    internal static readonly (string Scheme, string Variable)[] OfKeyServices =
    [
        ("pkcs11:", "COSIGN_PKCS11_PIN"), ("hashivault://", "VAULT_TOKEN"), ("gitlab://", "GITLAB_TOKEN"),
        ("azurekms://", "AZURE_CLIENT_SECRET"), ("azurekms://", "AZURE_CLIENT_CERTIFICATE_PASSWORD"), ("azurekms://", "AZURE_PASSWORD"),
    ];

    /// <summary>
    /// Secrets that programs inherit, because those that reach registries, caches and packages need them (docs/threat-model.md), but that nothing shows: Amazon's, those of
    /// build servers and package managers, and those that open a key's service, which are withheld only where it has the signing key. Sources: AWS CLI documentation,
    /// "Environment variables"; AWS SDKs, "Container credential provider"; GitLab, "Predefined CI/CD variables reference"; Azure Pipelines, "Predefined variables"; Bitbucket,
    /// "Variables and secrets"; NuGet's credential provider for Azure Artifacts.
    /// </summary>
    private static readonly string[] Inherited =
    [
        "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "GOOGLE_OAUTH_ACCESS_TOKEN",
        "CI_JOB_TOKEN", "CI_REGISTRY_PASSWORD", "CI_DEPLOY_PASSWORD", "CI_DEPENDENCY_PROXY_PASSWORD", "SYSTEM_ACCESSTOKEN", "BITBUCKET_STEP_OIDC_TOKEN",
        "NPM_TOKEN", "NODE_AUTH_TOKEN", "NUGET_API_KEY", "VSS_NUGET_ACCESSTOKEN",
        .. OfKeyServices.Select(x => x.Variable).Except(WellKnown),
    ];

    private static readonly ConcurrentDictionary<string, string> Values = new(ProcessEnvironment.Names);

    /// <summary>Takes variables out of this process, keeps them, and has their values masked.</summary>
    /// <param name="isSecret">Tells a secret by the variable's name.</param>
    /// <param name="shown">A value that is not masked, such as the path of a key's file.</param>
    public static void Withhold(Predicate<string> isSecret, string? shown = null)
    {
        foreach (var name in Inherited) Redaction.Register(ProcessEnvironment.Read().Find(name));
        foreach (var (name, value) in ProcessEnvironment.Read().Variables.Where(x => isSecret(x.Key))) Keep(name, value, shown);
        foreach (var (name, value) in CommandRunner.Hidden.Where(x => isSecret(x.Key)).ToArray()) Keep(name, value, shown);
    }

    /// <summary>A variable that is a secret in every build: a token of GitHub's or of its runner's, what signs, what logs in, a password of a parameter file.</summary>
    public static bool IsWellKnown(string name) =>
        WellKnown.Contains(name, StringComparer.OrdinalIgnoreCase)
        || (name.StartsWith("PARAMS_", StringComparison.OrdinalIgnoreCase) && name.EndsWith("_KEY", StringComparison.OrdinalIgnoreCase));

    /// <summary>What is masked because a variable has it, each with the variable's name, in their order: a secret, or those in a configuration of logins.</summary>
    public static IEnumerable<(string Name, string Value)> Masked => Values
        .Concat(Inherited.Where(x => !Values.ContainsKey(x)).Select(x => KeyValuePair.Create(x, ProcessEnvironment.Read().Find(x) ?? ""))).OrderBy(x => x.Key, StringComparer.Ordinal)
        .SelectMany(x => IsLogins(x.Key) && DockerLogins.SecretsIn(x.Value).ToArray() is { Length: > 0 } logins ? logins.Select(login => (x.Key, login)) : [(x.Key, x.Value)]);

    private static bool IsLogins(string name) => string.Equals(name, DockerLogins.Variable, StringComparison.OrdinalIgnoreCase);

    /// <summary>Those that were taken out, by name.</summary>
    internal static IReadOnlyDictionary<string, string> All => Values;

    private static void Keep(string name, string value, string? shown)
    {
        Values[name] = value;
        if (value != shown) Redaction.Register(value);
        // Programs show what is in it, and not the whole.
        if (IsLogins(name))
        {
            foreach (var secret in DockerLogins.SecretsIn(value)) Redaction.Register(secret);
        }

        Environment.SetEnvironmentVariable(name, null);
        CommandRunner.Hidden.Remove(name);
    }
}
