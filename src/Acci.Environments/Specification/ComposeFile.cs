
namespace Acci.Environments.Specification;

/// <summary>A compose file. Names and structure are those of the Compose specification; maps keep the order they are given in.</summary>
public sealed record ComposeFile
{
    /// <summary>The project's name: containers, networks and volumes begin with it. A stack gets its name from elsewhere.</summary>
    public string? Name { get; init; }

    /// <summary>What runs.</summary>
    public required IReadOnlyDictionary<string, Service> Services { get; init; }

    /// <summary>The networks services meet in.</summary>
    public IReadOnlyDictionary<string, Network>? Networks { get; init; }

    /// <summary>Storage that outlives containers.</summary>
    public IReadOnlyDictionary<string, Volume>? Volumes { get; init; }

    /// <summary>Sensitive files.</summary>
    public IReadOnlyDictionary<string, FileObject>? Secrets { get; init; }

    /// <summary>Configuration files.</summary>
    public IReadOnlyDictionary<string, FileObject>? Configs { get; init; }

    /// <summary>The volumes that are made for it, and are named after the project.</summary>
    internal IReadOnlyCollection<string> OwnVolumes => [.. (Volumes ?? new Dictionary<string, Volume>()).Where(x => x.Value.External is not true).Select(x => x.Key)];

    /// <summary>The jobs whose end a service waits for, itself or by what it waits for.</summary>
    internal IReadOnlySet<string> JobsBefore(string service)
    {
        var (jobs, seen, open) = (new HashSet<string>(), new HashSet<string> { service }, new Queue<string>([service]));
        while (open.TryDequeue(out var name))
        {
            foreach (var (other, dependency) in Services.GetValueOrDefault(name)?.DependsOn ?? new Dictionary<string, Dependency>())
            {
                if (dependency.Condition == Dependency.Completed.Condition) jobs.Add(other);
                if (seen.Add(other)) open.Enqueue(other);
            }
        }

        return jobs;
    }

    /// <summary>Whether a service is a job, which is to end: others wait for its end, or nothing starts it again.</summary>
    internal bool IsJob(string service) =>
        Services.GetValueOrDefault(service)?.Deploy is { Mode: Deploy.Job } or { RestartPolicy.Condition: RestartPolicy.None }
        || Services.Values.Any(x => x.DependsOn?.GetValueOrDefault(service)?.Condition == Dependency.Completed.Condition);
}
