using System.Globalization;
using Acci.Environments.Specification;
using Acci.Environments.Variables;

namespace Acci.Environments.Swarm;

/// <summary>What <c>docker stack deploy</c> would do to each service.</summary>
internal static class StackPreview
{
    /// <summary>A line for each service.</summary>
    /// <param name="file">The environment's services.</param>
    /// <param name="variables">All variables that are set.</param>
    /// <param name="stack">The stack's name.</param>
    /// <param name="there">What the swarm has of it.</param>
    public static IEnumerable<string> Describe(
        ComposeFile file, IReadOnlyDictionary<string, string> variables, string stack, IReadOnlyCollection<SwarmService> there)
    {
        foreach (var (name, service) in file.Services)
        {
            var image = service.Image is { } named ? Interpolation.Describe(named.Text, variables) : "";
            var replicas = service.Deploy?.Replicas is { } count
                ? int.Parse(Interpolation.Resolve(count.Text, variables), CultureInfo.InvariantCulture)
                : 1;
            var isJob = file.IsJob(name);
            yield return there.FirstOrDefault(x => x.Name == $"{stack}_{name}") switch
            {
                null => $"Would create {name}{(isJob ? ", which runs to its end" : replicas == 1 ? "" : $" ({replicas} replicas)")}: {image}",
                var old when old.IsJob != isJob =>
                    $"Would remove {name}, and create it anew{(isJob ? " as a job, which runs to its end" : ", no longer as a job")}, because a swarm cannot change that: {image}",
                _ when isJob => $"Would run {name} to its end again: {image}",
                var old when old.Image != image => $"Would update {name}, replica by replica: {image}, instead of {old.Image}",
                // The swarm compares the rest by itself, and does not say how.
                var old when old.Replicas != replicas => $"Would change {name} from {old.Replicas} to {replicas} replicas: {image}",
                _ => $"Would leave {name} as it is, unless its settings or secrets are others now: {image}",
            };
        }

        foreach (var old in there.ExceptBy(file.Services.Keys.Select(name => $"{stack}_{name}"), x => x.Name))
            yield return $"Would remove {old.Name}, which is declared no more";
    }
}
