using System.Globalization;
using Acci.Delivery.Processes;
using Acci.Environments.Files;
using Acci.Environments.Specification;
using Acci.Environments.Variables;

namespace Acci.Environments.Running;

/// <summary>
/// What <c>docker compose up</c> would do to each service. It is found as compose finds it: a container is replaced when the hash of its service's
/// configuration, which is one of its labels, is not what <c>docker compose config --hash</c> says now.
/// </summary>
/// <param name="project">What would be started.</param>
/// <param name="plan">What it is made of.</param>
/// <param name="images">The images it would run.</param>
internal sealed class ComposePreview(ComposeProject project, EnvironmentPlan plan, PlannedImages images)
{
    private readonly IReadOnlyDictionary<string, string> _variables = images.With(plan.Variables);

    /// <summary>A line for each service.</summary>
    /// <param name="hasEngine">Whether there is an engine to ask; where none runs, everything would be new.</param>
    /// <param name="cancellationToken">Ends the questions.</param>
    /// <exception cref="DeliveryException">Compose refuses the file.</exception>
    public async Task<IReadOnlyList<string>> DescribeAsync(bool hasEngine, CancellationToken cancellationToken)
    {
        var containers = hasEngine ? await project.ContainersAsync(cancellationToken) : [];
        var running = containers.ToLookup(x => x.Service);
        var hashes = hasEngine ? await HashesAsync(cancellationToken) : [];
        return
        [
            .. plan.Effective.File.Services.Select(x => Describe(x.Key, x.Value, [.. running[x.Key]], hashes.GetValueOrDefault(x.Key))),
            .. running.Select(x => x.Key).Except(plan.Effective.File.Services.Keys).Select(x => $"Would remove {x}, which is declared no more"),
        ];
    }

    private string Describe(string name, Service service, Container[] there, string? hash)
    {
        var image = service.Image is { } named ? Interpolation.Describe(named.Text, _variables) : "built from the source";
        var wanted = service.Deploy?.Replicas is { } replicas
            ? int.Parse(Interpolation.Resolve(replicas.Text, _variables), CultureInfo.InvariantCulture)
            : 1;
        var isJob = plan.Effective.File.IsJob(name);
        var many = isJob ? ", which runs to its end" : wanted == 1 ? "" : $" ({wanted} replicas)";
        if (there.Length == 0) return $"Would create {name}{many}: {image}";
        if (there.Any(x => x.ConfigurationHash != hash))
        {
            var before = there.Select(x => x.Image).FirstOrDefault(x => service.Image is not null && x != image);
            var less = there.Length > wanted ? $", and remove {there.Length - wanted} of {there.Length}" : "";
            return $"Would recreate {name}{many}: {image}{(before is null ? ", with other settings" : $", instead of {before}")}{less}";
        }

        var more = wanted.CompareTo(there.Length) switch
        {
            > 0 => $"Would create {wanted - there.Length} more of {name}: {image}",
            < 0 => $"Would remove {there.Length - wanted} of {name}: {image}",
            _ => null,
        };
        return more
            ?? (service.Build is not null ? $"Would build the image of {name}, and recreate it if that is another one now"
            : isJob ? $"Would run {name} to its end again: {image}"
            : there.All(x => x.Status == "running") ? $"Would leave {name} as it is{many}{Doubt(image)}: {image}"
            : $"Would start {name} again{many}: {image}");
    }

    // The hash knows an image by its name alone.
    private static string Doubt(string image) => image.Contains('@', StringComparison.Ordinal) ? "" : ", unless this name means another image by then";

    private async Task<Dictionary<string, string>> HashesAsync(CancellationToken cancellationToken)
    {
        var text = File.Exists(Path.Combine(project.Root, project.File)) ? null : plan.Committed.ToYaml();
        var command = project.Bounded(project.Planned(images.Found, text, "config", "--hash", "*"));
        var result = await CommandRunner.TryRunAsync(command, cancellationToken: cancellationToken);
        if (!result.Succeeded) throw new CommandFailedException(command, result);
        return result.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
    }
}
