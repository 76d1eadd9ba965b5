using System.Text.RegularExpressions;
using Nuke.Common;

namespace Acci.Components;

/// <summary>The components' targets that a build does not have, because it takes components singly. What messages advise is written for a build that has all.</summary>
internal sealed partial class AbsentTargets
{
    // Each with the component that declares it.
    private readonly Dictionary<string, string> _components;

    /// <summary>Looks for those that a build does not have.</summary>
    /// <param name="build">The class of the build.</param>
    public AbsentTargets(Type build)
    {
        var targets = TargetNames.Of(build).ToHashSet(StringComparer.OrdinalIgnoreCase);
        _components = (from component in typeof(DeliveryBuild).Assembly.GetExportedTypes()
                       where component.IsInterface
                       from target in component.GetProperties()
                       where target.PropertyType == typeof(Target) && !targets.Contains(target.Name)
                       select (Target: target.Name, Component: component.Name)).DistinctBy(x => x.Target).ToDictionary(x => x.Target, x => x.Component);
    }

    /// <summary>A message, and which components have the targets that it names and this build lacks.</summary>
    public string Explained(string message)
    {
        var absent = Names().Matches(message).Select(x => x.Value).Distinct().Where(_components.ContainsKey).ToList();
        return absent.Count == 0
            ? message
            : $"{message} (This build has no {string.Join(" and no ", absent)}: add {string.Join(" and ", absent.Select(x => _components[x]).Distinct())} to its class.)";
    }

    // Publish, Clean, Pack and Doctor are words as well: they are targets where something is to be run.
    [GeneratedRegex(@"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b|(?<=\b(?:[Rr]un|or|without|beside) (?:\S+ )?)[A-Z][a-z]+\b", RegexOptions.CultureInvariant)]
    private static partial Regex Names();
}
