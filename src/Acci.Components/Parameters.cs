using System.Collections;
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
        "Continue", "Help", "Host", "NoLogo", "Partition", "Plan", "Profile", "Root", "ShellCompletion", "Skip", "Target", "Verbosity",
    ];

    private const string GenerateConfiguration = "GenerateConfiguration";

    /// <summary>What NUKE's own programs type and no person does; in the environment they would end every run before its first target.</summary>
    public static IReadOnlyList<string> BetweenPrograms { get; } = [GenerateConfiguration, "ShellCompletion"];

    /// <summary>Every member that is a parameter, once per name.</summary>
    public static IReadOnlyDictionary<string, MemberInfo?> Of(Type build)
    {
        var parameters = new Dictionary<string, MemberInfo?>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in AllOf(build)) parameters.TryAdd(Normalize(NameOf(member)), member);
        foreach (var name in OfTheEngine) parameters.TryAdd(name, null);
        if (HasGenerators(build)) parameters.TryAdd(GenerateConfiguration, null);
        return parameters;
    }

    /// <summary>Every member that is a parameter, also where two have one name.</summary>
    public static IEnumerable<MemberInfo> AllOf(Type build) => Types(build).SelectMany(type => type.GetMembers(Declared)).Where(x => x.IsDefined(typeof(ParameterAttribute)));

    // By the interface's name, for Nuke.Offline has no generators.
    private static bool HasGenerators(Type build) => build.GetCustomAttributes(inherit: true).Any(x => x.GetType().GetInterface("IConfigurationGenerator") is not null);

    /// <summary>The class, its base classes and its components: what NUKE looks for parameters and targets in.</summary>
    public static IEnumerable<Type> Types(Type build)
    {
        for (var type = build; type is not null && type != typeof(object); type = type.BaseType) yield return type;
        foreach (var component in build.GetInterfaces()) yield return component;
    }

    /// <summary>A parameter's name as it was declared.</summary>
    public static string NameOf(MemberInfo member) =>
        $"{member.DeclaringType!.GetCustomAttribute<ParameterPrefixAttribute>()?.Prefix}{member.GetCustomAttribute<ParameterAttribute>()!.Name ?? member.Name}";

    /// <summary>What it is for, in a line without a full stop.</summary>
    public static string Describe(MemberInfo member) =>
        ForeignDescriptions.OfParameter(NameOf(member)) ?? member.GetCustomAttribute<ParameterAttribute>()!.Description?.TrimEnd('.') ?? "";

    /// <summary>Whether every NUKE build has it.</summary>
    public static bool IsEngines(MemberInfo member) => member.DeclaringType == typeof(NukeBuild);

    /// <summary>The type of a member's value, or of each of its values, without <c>Nullable</c>.</summary>
    public static Type ValueType(MemberInfo member)
    {
        var type = MemberType(member);
        type = ElementType(type) ?? type;
        return Nullable.GetUnderlyingType(type) ?? type;
    }

    /// <summary>Whether it takes any number of values: an array, or any other collection but a text.</summary>
    public static bool IsCollection(MemberInfo member) => ElementType(MemberType(member)) is not null;

    /// <summary>What separates the values of a list in one text; null when nothing does.</summary>
    public static char? Separator(MemberInfo member) =>
        IsCollection(member) && member.GetCustomAttribute<ParameterAttribute>()?.Separator is { Length: > 0 } separator ? separator[0] : null;

    /// <summary>The member's value in this build.</summary>
    public static object? Value(MemberInfo member, INukeBuild build) =>
        member is PropertyInfo property ? property.GetValue(build) : ((FieldInfo)member).GetValue(build);

    /// <summary>A parameter's name as a key, as both engines compare them: <c>--image-mirror</c> and <c>-ImageMirror</c> are the same one, <c>image_mirror</c> is none.</summary>
    public static string Normalize(string name) => name.Replace("-", "", StringComparison.Ordinal);

    private static Type MemberType(MemberInfo member) => member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType;

    private static Type? ElementType(Type type)
    {
        if (type == typeof(string) || !typeof(IEnumerable).IsAssignableFrom(type)) return null;
        return type.GetInterfaces().Prepend(type)
            .Where(x => x.IsGenericType && x.GetGenericTypeDefinition() == typeof(IEnumerable<>))
            .Select(x => x.GetGenericArguments()[0])
            .FirstOrDefault();
    }
}
