using System.Text.Json;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;

namespace Acci.Delivery.Engines;

/// <summary>What an engine has to know of registries by itself, and may lack: it takes neither authorities nor plain http from a command.</summary>
/// <param name="engine">The engine.</param>
/// <param name="folders">Where an engine of this machine has its certificates.</param>
internal sealed class EngineRegistries(DockerEngine engine, CertificateFolders folders)
{
    /// <summary>What to do there before it gets something from a registry; null where nothing is known to be missing.</summary>
    /// <exception cref="NoAnswerException">It did not answer in time.</exception>
    public async Task<string?> FindAdviceAsync(RegistryAccess access, CancellationToken cancellationToken) =>
        access.IsPlainHttp ? await SpeaksPlainHttpAsync(access.Domain, cancellationToken) ? null : PlainHttpAdvice(access.Domain)
        : HasAll(access) ? null : AuthorityAdvice(access);

    private string PlainHttpAdvice(string domain) =>
        $"{engine} speaks https with {domain}, which is named for plain http here. Add \"insecure-registries\": [\"{domain}\"] to the engine's daemon.json, and restart it.";

    private string AuthorityAdvice(RegistryAccess access) =>
        $"{engine} trusts registries by a list of its own, which may lack the authority of {access.Domain}. On its machine, copy {access.AuthorityFiles[0]} to "
        + $"/etc/docker/certs.d/{access.Domain}/ca.crt (rootless: ~/.config/docker/certs.d/{access.Domain}/ca.crt); it needs no restart.";

    // Source: Docker Engine API, SystemInfo, RegistryConfig. The CIDRs say the same of addresses.
    private async Task<bool> SpeaksPlainHttpAsync(string domain, CancellationToken cancellationToken)
    {
        if (await engine.AskAsync(["info", "--format", "{{json .RegistryConfig}}"], cancellationToken) is not { } text) return false;
        try
        {
            using var configuration = JsonDocument.Parse(text);
            var root = configuration.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return false;
            if (root.TryGetProperty("IndexConfigs", out var known) && known.ValueKind == JsonValueKind.Object && known.TryGetProperty(domain, out var one)
                && one.TryGetProperty("Secure", out var secure)) return secure.ValueKind == JsonValueKind.False;
            var host = domain.Split(':')[0];
            return System.Net.IPAddress.TryParse(host, out var address) && root.TryGetProperty("InsecureRegistryCIDRs", out var networks) && networks.ValueKind == JsonValueKind.Array
                && networks.EnumerateArray().Any(x => System.Net.IPNetwork.TryParse(x.GetString(), out var network) && network.Contains(address));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    // An engine elsewhere has other folders; that it has the same is what one who keeps them alike sees to.
    private bool HasAll(RegistryAccess access)
    {
        if (access.AuthorityFiles.Count == 0) return true;
        var there = folders.Find(access.Domain, _ => { }).Authorities.SelectMany(CertificateFile.Read).Select(x => x.Thumbprint).ToHashSet();
        return access.Trust.Authorities.All(x => there.Contains(x.Thumbprint));
    }
}
