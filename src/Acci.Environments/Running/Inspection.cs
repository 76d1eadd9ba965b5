using System.Text.Json;

namespace Acci.Environments.Running;

/// <summary>Reads what <c>docker inspect</c> tells of a container.</summary>
internal static class Inspection
{
    public static Container ContainerOf(JsonElement inspected)
    {
        var state = inspected.GetProperty("State");
        var configuration = inspected.GetProperty("Config");
        var status = state.GetProperty("Status").GetString()!;
        // The engine notes "unhealthy" of everything that stops, whatever it ended with. Source: moby/moby, container/health.go, CloseMonitorChannel.
        var health = status == "running" && state.TryGetProperty("Health", out var found) && found.ValueKind == JsonValueKind.Object ? found : (JsonElement?)null;
        return new Container
        {
            Id = inspected.GetProperty("Id").GetString()!,
            Name = inspected.GetProperty("Name").GetString()!.TrimStart('/'),
            Service = configuration.GetProperty("Labels").GetProperty("com.docker.compose.service").GetString()!,
            ConfigurationHash = configuration.GetProperty("Labels").TryGetProperty("com.docker.compose.config-hash", out var hash) ? hash.GetString() : null,
            Image = configuration.GetProperty("Image").GetString()!,
            Status = status,
            ExitCode = state.GetProperty("ExitCode").GetInt32(),
            IsOutOfMemory = state.GetProperty("OOMKilled").GetBoolean(),
            Error = state.GetProperty("Error").GetString(),
            Restarts = inspected.GetProperty("RestartCount").GetInt32(),
            // -1 sets no limit.
            GracePeriod = configuration.TryGetProperty("StopTimeout", out var stop) && stop.ValueKind == JsonValueKind.Number && stop.GetInt32() is >= 0 and var seconds
                ? TimeSpan.FromSeconds(seconds) : null,
            Health = health?.GetProperty("Status").GetString(),
            HealthOutput = health is { } checks && checks.GetProperty("Log") is { ValueKind: JsonValueKind.Array } log && log.GetArrayLength() > 0
                ? log[log.GetArrayLength() - 1].GetProperty("Output").GetString()
                : null,
            Addresses = [.. AddressesOf(inspected.GetProperty("NetworkSettings").GetProperty("Ports"))],
        };
    }

    private static IEnumerable<PublishedAddress> AddressesOf(JsonElement ports)
    {
        if (ports.ValueKind != JsonValueKind.Object) yield break;
        foreach (var port in ports.EnumerateObject().Where(x => x.Value.ValueKind == JsonValueKind.Array))
        {
            foreach (var host in port.Value.EnumerateArray())
            {
                yield return new(host.GetProperty("HostIp").GetString() ?? "", host.GetProperty("HostPort").GetString()!);
            }
        }
    }
}
