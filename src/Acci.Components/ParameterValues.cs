using System.Reflection;
using Nuke.Common;
using Nuke.Common.CI.GitHubActions;
using Nuke.Common.Tooling;

namespace Acci.Components;

/// <summary>The values a parameter can have, where they are known from its declaration.</summary>
internal static class ParameterValues
{
    private const BindingFlags Everything = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>The names to choose from, in the order of their declaration; none when anything goes.</summary>
    public static IReadOnlyList<string> Of(MemberInfo member)
    {
        var type = Parameters.ValueType(member);
        var parameter = member.GetCustomAttribute<ParameterAttribute>();
        if (parameter is { ValueProviderType: { } provider, ValueProviderMember: { } name }) return Provided(provider, name);
        if (type.IsEnum) return Enum.GetNames(type);
        if (typeof(Enumeration).IsAssignableFrom(type))
            return [.. type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(x => x.FieldType == type).Select(x => $"{x.GetValue(null)}")];
        return type == typeof(Host) ? Hosts : [];
    }

    /// <summary>The hosts that the engine at hand knows.</summary>
    private static string[] Hosts { get; } =
    [
        .. new[] { typeof(Host).Assembly, typeof(GitHubActions).Assembly }.Distinct()
            .SelectMany(x => x.GetExportedTypes())
            .Where(x => x.IsSubclassOf(typeof(Host)))
            .Select(x => x.Name)
            .Order(StringComparer.Ordinal),
    ];

    private static string[] Provided(Type type, string name) => type.GetMember(name, Everything).SingleOrDefault() switch
    {
        PropertyInfo { GetMethod.IsStatic: true } property when property.GetValue(null) is IEnumerable<string> values => [.. values],
        FieldInfo { IsStatic: true } field when field.GetValue(null) is IEnumerable<string> values => [.. values],
        _ => [],
    };
}
