using System.Reflection;
using Nuke.Common;

namespace Acci.Components;

/// <summary>The parameters a build has: its own, those of the components it is composed of, and those of the engine.</summary>
internal static class Parameters
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    // The engine takes these too, without declaring them as parameters everywhere.
    private static readonly string[] OfTheEngine =
    [
        "Continue", "GenerateConfiguration", "Help", "Host", "NoLogo", "Partition", "Plan", "Profile", "Root", "ShellCompletion", "Skip", "Target", "Verbosity",
    ];

    /// <summary>Every member that is a parameter, once per name.</summary>
    public static IReadOnlyDictionary<string, MemberInfo?> Of(Type build)
    {
        var parameters = new Dictionary<string, MemberInfo?>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in Types(build).SelectMany(type => type.GetMembers(Declared)))
        {
            if (member.GetCustomAttribute<ParameterAttribute>() is not { } parameter) continue;
            var prefix = member.DeclaringType!.GetCustomAttribute<ParameterPrefixAttribute>()?.Prefix ?? "";
            parameters.TryAdd(Normalize(prefix + (parameter.Name ?? member.Name)), member);
        }

        foreach (var name in OfTheEngine) parameters.TryAdd(name, null);
        return parameters;
    }

    /// <summary>The type of a member's value, without <c>Nullable</c> and array.</summary>
    public static Type ValueType(MemberInfo member)
    {
        var type = MemberType(member);
        type = type.IsArray ? type.GetElementType()! : type;
        return Nullable.GetUnderlyingType(type) ?? type;
    }

    /// <summary>Whether it takes any number of values.</summary>
    public static bool IsArray(MemberInfo member) => MemberType(member).IsArray;

    /// <summary>The member's value in this build.</summary>
    public static object? Value(MemberInfo member, INukeBuild build) =>
        member is PropertyInfo property ? property.GetValue(build) : ((FieldInfo)member).GetValue(build);

    /// <summary>A parameter's name as a key, as both engines compare them: <c>--image-mirror</c> and <c>-ImageMirror</c> are the same one, <c>image_mirror</c> is none.</summary>
    public static string Normalize(string name) => name.Replace("-", "", StringComparison.Ordinal);

    private static Type MemberType(MemberInfo member) => member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType;

    private static IEnumerable<Type> Types(Type build)
    {
        for (var type = build; type is not null && type != typeof(object); type = type.BaseType) yield return type;
        foreach (var component in build.GetInterfaces()) yield return component;
    }
}
