using Acci.Generation.RunConfigurations;

namespace Acci.Components;

/// <summary>The line with which a target is run, as it stands in workflows and is printed.</summary>
public static class BuildCommandLine
{
    /// <summary>The line.</summary>
    /// <param name="command">What runs the build: <see cref="Delivery.RepositoryLayout.BuildCommand"/>.</param>
    /// <param name="target">The target, by <c>nameof</c>, so that it cannot be renamed without this line.</param>
    /// <param name="parameters">Parameters, by <c>nameof</c> as well, each with what follows it as a shell reads it: <c>"$REGISTRY"</c>; nothing for a switch.</param>
    public static string Of(string command, string target, params IEnumerable<(string Name, string Value)> parameters) =>
        string.Concat([$"{command} {target}", .. parameters.Select(x => $" --{BuildParameter.Typed(x.Name)}{(x.Value.Length > 0 ? " " : "")}{x.Value}")]);
}
