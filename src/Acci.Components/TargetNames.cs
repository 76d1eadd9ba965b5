using System.Reflection;
using Nuke.Common;

namespace Acci.Components;

/// <summary>The names of a build's targets, known from its declarations before there is a build.</summary>
internal static class TargetNames
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>The properties of type <see cref="Target"/> of the class, its base classes and its components.</summary>
    public static IReadOnlyCollection<string> Of(Type build) =>
    [
        .. Parameters.Types(build)
            .SelectMany(type => type.GetProperties(Declared))
            .Where(property => property.PropertyType == typeof(Target))
            // An explicit implementation has the component's name before its own.
            .Select(property => property.Name[(property.Name.LastIndexOf('.') + 1)..])
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Order(StringComparer.Ordinal),
    ];
}
