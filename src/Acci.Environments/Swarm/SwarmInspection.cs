using System.Text.Json;
using System.Text.Json.Nodes;
using Acci.Environments.Specification;

namespace Acci.Environments.Swarm;

/// <summary>Reads what <c>docker inspect</c> tells of a swarm's services and tasks.</summary>
internal static class SwarmInspection
{
    public static SwarmService ServiceOf(JsonElement inspected)
    {
        var specification = inspected.GetProperty("Spec");
        var container = specification.GetProperty("TaskTemplate").GetProperty("ContainerSpec");
        var mode = specification.GetProperty("Mode");
        var isJob = mode.TryGetProperty("ReplicatedJob", out var job);
        var update = inspected.TryGetProperty("UpdateStatus", out var status) ? status : default;
        var labels = specification.TryGetProperty("Labels", out var all) ? all : default;
        var ports = inspected.TryGetProperty("Endpoint", out var endpoint) && endpoint.TryGetProperty("Ports", out var list) ? list : default;
        return new SwarmService
        {
            Id = inspected.GetProperty("ID").GetString()!,
            Name = specification.GetProperty("Name").GetString()!,
            Image = container.GetProperty("Image").GetString()!,
            Replicas = mode.TryGetProperty("Replicated", out var replicated) ? replicated.GetProperty("Replicas").GetInt32()
                : isJob && job.TryGetProperty("TotalCompletions", out var completions) ? completions.GetInt32()
                : 1,
            IsJob = isJob,
            Iteration = inspected.TryGetProperty("JobStatus", out var run) ? IterationOf(run) : null,
            StartsAgain = !(specification.GetProperty("TaskTemplate").TryGetProperty("RestartPolicy", out var restart) && Text(restart, "Condition") == RestartPolicy.None),
            Specification = Compact(container),
            Source = Text(labels, StackSource.Label),
            Deployment = Text(labels, StackSource.DeploymentLabel),
            UpdateState = Text(update, "State"),
            UpdateMessage = Text(update, "Message"),
            UpdateStarted = Text(update, "StartedAt"),
            Ports = ports.ValueKind == JsonValueKind.Array
                ? [.. ports.EnumerateArray().Where(x => x.TryGetProperty("PublishMode", out var mode) && mode.GetString() == "ingress" && x.TryGetProperty("PublishedPort", out _)).Select(x => x.GetProperty("PublishedPort").GetInt32())]
                : [],
        };
    }

    public static SwarmTask TaskOf(JsonElement inspected)
    {
        var status = inspected.GetProperty("Status");
        var specification = inspected.GetProperty("Spec").GetProperty("ContainerSpec");
        return new SwarmTask
        {
            Id = inspected.GetProperty("ID").GetString()!,
            ServiceId = inspected.GetProperty("ServiceID").GetString()!,
            NodeId = Text(inspected, "NodeID") is { Length: > 0 } node ? node : null,
            DesiredState = inspected.GetProperty("DesiredState").GetString()!,
            State = status.GetProperty("State").GetString()!,
            Error = status.TryGetProperty("Err", out var error) ? error.GetString() : null,
            ContainerId = status.TryGetProperty("ContainerStatus", out var container) && container.TryGetProperty("ContainerID", out var id) ? id.GetString() : null,
            Iteration = IterationOf(inspected),
            Specification = Compact(specification),
            // Source: https://docs.docker.com/reference/api/engine, Task.Spec.ContainerSpec.StopGracePeriod, in nanoseconds.
            GracePeriod = specification.TryGetProperty("StopGracePeriod", out var nanoseconds) ? TimeSpan.FromTicks(nanoseconds.GetInt64() / TimeSpan.NanosecondsPerTick) : null,
            Ports = status.TryGetProperty("PortStatus", out var ports) && ports.TryGetProperty("Ports", out var list) && list.ValueKind == JsonValueKind.Array
                ? [.. list.EnumerateArray().Where(x => x.TryGetProperty("PublishedPort", out _)).Select(x => x.GetProperty("PublishedPort").GetInt32())]
                : [],
        };
    }

    // As text that is the same for the same content: a service and its tasks are told with and without what is empty, and of a service also the time it has
    // to stop is told when nobody set it.
    private static string Compact(JsonElement element)
    {
        var specification = Canonical(element) as JsonObject ?? [];
        specification.Remove("StopGracePeriod");
        return specification.ToJsonString();
    }

    private static JsonNode? Canonical(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var members = element.EnumerateObject().OrderBy(x => x.Name, StringComparer.Ordinal).Select(x => KeyValuePair.Create(x.Name, Canonical(x.Value))).Where(x => x.Value is not null).ToArray();
                return members.Length == 0 ? null : new JsonObject(members);
            case JsonValueKind.Array:
                var items = element.EnumerateArray().Select(Canonical).ToArray();
                return items.Length == 0 ? null : new JsonArray(items);
            case JsonValueKind.Null or JsonValueKind.False:
                return null;
            default:
                return JsonValue.Create(element);
        }
    }

    // Which run of a job it is.
    private static long? IterationOf(JsonElement element) =>
        element.TryGetProperty("JobIteration", out var iteration) && iteration.TryGetProperty("Index", out var index) ? index.GetInt64() : null;

    private static string? Text(JsonElement element, string property) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(property, out var value) ? value.GetString() : null;
}
