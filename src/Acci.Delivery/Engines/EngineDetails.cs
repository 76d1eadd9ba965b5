using System.Text.Json;

namespace Acci.Delivery.Engines;

/// <summary>What an engine says of itself that makes a difference to its users.</summary>
/// <param name="Store">Where its images lie; null where it does not say.</param>
/// <param name="IsRootless">It runs without root's rights.</param>
/// <param name="HasUserNamespaces">Containers have other users than the machine.</param>
/// <param name="Proxy">The proxy that it pulls images over.</param>
internal sealed record EngineDetails(string? Store, bool IsRootless, bool HasUserNamespaces, string? Proxy)
{
    private static readonly EngineDetails None = new(null, false, false, null);

    /// <summary>What it reaches registries over, by the names of the variables: <c>HTTPS_PROXY</c>. Logins in them are not told.</summary>
    public IReadOnlyDictionary<string, string> Proxies { get; private init; } = new Dictionary<string, string>();

    /// <summary>It may get images that this process cannot: over a proxy, or from mirrors.</summary>
    public bool HasOtherWays { get; private init; }

    /// <summary>Asks the engine.</summary>
    /// <remarks>Source: Docker's documentation of the Engine API, "Get system information" (<c>GET /info</c>).</remarks>
    public static async Task<EngineDetails> ReadAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        if (await engine.AskAsync(["info", "--format", "{{json .}}"], cancellationToken) is not { Length: > 0 } answer) return None;
        try
        {
            using var document = JsonDocument.Parse(answer);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return None;
            string Text(string name) => document.RootElement.TryGetProperty(name, out var value) ? value.ToString() : "";
            var (status, security, proxy) = (Text("DriverStatus"), Text("SecurityOptions"), Text("HttpsProxy"));
            return new EngineDetails(
                Text("Driver").Length == 0 ? null : status.Contains("io.containerd.snapshotter", StringComparison.Ordinal) ? "containerd image store" : "classic image store",
                security.Contains("name=rootless", StringComparison.Ordinal),
                security.Contains("name=userns", StringComparison.Ordinal),
                proxy.Length == 0 ? null : Redaction.Redact(proxy))
            {
                HasOtherWays = proxy.Length > 0 || (document.RootElement.TryGetProperty("RegistryConfig", out var registries) && registries.ValueKind == JsonValueKind.Object
                    && registries.TryGetProperty("Mirrors", out var mirrors) && mirrors.ValueKind == JsonValueKind.Array && mirrors.GetArrayLength() > 0),
                Proxies = new Dictionary<string, string> { ["HTTP_PROXY"] = Text("HttpProxy"), ["HTTPS_PROXY"] = proxy, ["NO_PROXY"] = Text("NoProxy") }
                    .Where(x => x.Value.Length > 0).ToDictionary(),
            };
        }
        catch (JsonException)
        {
            return None;
        }
    }

    /// <summary>What differs, one by one.</summary>
    public IEnumerable<string> Describe()
    {
        if (Store is not null) yield return Store;
        if (IsRootless) yield return "rootless";
        if (HasUserNamespaces) yield return "users of containers are not the machine's (userns-remap)";
        if (Proxy is not null) yield return $"pulls over {Proxy}";
    }
}
