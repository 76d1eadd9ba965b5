namespace Acci.Delivery.Processes;

/// <summary>
/// Environment variables that change what a tool does, wherever they were set. The tool's commands do not get them, except those that it needs to reach
/// something. docs/threat-model.md lists them.
/// </summary>
/// <param name="Prefixes">How their names begin.</param>
/// <param name="Kept">Those of them that the program gets.</param>
internal sealed record ToolVariables(IReadOnlyList<string> Prefixes, IReadOnlyList<string> Kept)
{
    /// <summary>
    /// docker's, buildx's, BuildKit's and Compose's, where they change what is built, run or pulled: <c>BUILDX_GIT_LABELS</c>,
    /// <c>BUILDX_BAKE_FILE</c>, <c>EXPERIMENTAL_BUILDKIT_SOURCE_POLICY</c>. Kept is what leads to builders, what a network may need, and which of its
    /// services Compose starts. The many other variables that begin with <c>DOCKER_</c> lead to the engine, or are those of credential helpers.
    /// Sources: Docker documentation, "Docker CLI", section "Environment variables"; "Build variables"; "Configure pre-defined environment variables in
    /// Docker Compose".
    /// </summary>
    public static ToolVariables Docker { get; } = new(
        ["DOCKER_BUILDKIT", "DOCKER_CONTENT_TRUST", "DOCKER_DEFAULT_PLATFORM", "BUILDX_", "BUILDKIT_", "EXPERIMENTAL_BUILDKIT_", "COMPOSE_"],
        ["BUILDX_BUILDER", "BUILDX_CONFIG", "BUILDKIT_NO_CLIENT_TOKEN", "COMPOSE_PROFILES"]);

    /// <summary>
    /// cosign's, which takes each of its options from <c>COSIGN_</c> and the option's name, too, and those by which Sigstore's libraries take what they
    /// trust. Kept is where a hardware key is, which its reference does not say, and how large a signed statement may be. <c>TUF_…</c> names the trusted
    /// Sigstore and is passed on.
    /// Source: <c>cosign env --show-descriptions</c>; cosign, cmd/cosign/cli/commands.go.
    /// </summary>
    public static ToolVariables Cosign { get; } = new(
        ["COSIGN_", "SIGSTORE_"],
        ["COSIGN_PKCS11_MODULE_PATH", "COSIGN_PKCS11_PIN", "COSIGN_PKCS11_IGNORE_CERTIFICATE", "COSIGN_MAX_ATTACHMENT_SIZE"]);

    /// <summary>
    /// Trivy's, which takes each of its options from one. Kept is what it takes to reach a registry. Source: Trivy's documentation, "Configuration".
    /// </summary>
    public static ToolVariables Trivy { get; } = new(
        ["TRIVY_"], ["TRIVY_INSECURE", "TRIVY_CACERT", "TRIVY_REGISTRY_TOKEN", "TRIVY_USERNAME", "TRIVY_PASSWORD"]);

    // Parameters of a build, which hands them to the programs as arguments.
    private static readonly string[] OfBuild = ["SIGSTORE_SIGNING_CONFIG", "SIGSTORE_TRUSTED_ROOT", "COMPOSE_PROJECT_NAME"];

    /// <summary>The environment of a command: what the build gives it, and none of theirs.</summary>
    public Dictionary<string, string?> With(params IEnumerable<KeyValuePair<string, string?>> own)
    {
        var variables = Names().ToDictionary(name => name, _ => (string?)null);
        foreach (var (name, value) in own) variables[name] = value;
        return variables;
    }

    /// <summary>Those of them that are set, and that somebody may have meant for the program.</summary>
    public IReadOnlyList<string> Unheeded() =>
    [
        .. Names().Where(name => !WithheldVariables.IsWellKnown(name)).Except(OfBuild, StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal),
    ];

    private IEnumerable<string> Names() => ProcessEnvironment.Read().Variables.Keys
        .Where(name => Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
        .Except(Kept, StringComparer.OrdinalIgnoreCase);
}
