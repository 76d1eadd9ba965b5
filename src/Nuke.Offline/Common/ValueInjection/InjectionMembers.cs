using System.Reflection;
using Nuke.Common.Utilities;

namespace Nuke.Common.ValueInjection;

/// <summary>Finds the members of a build that get their values from attributes.</summary>
internal static class InjectionMembers
{
    /// <summary>By priority, the engine's own before the build's, by name.</summary>
    private static readonly Comparer<InjectionMember> InjectionOrder = Comparer<InjectionMember>.Create((left, right) =>
        (-left.Attribute.Priority).CompareTo(-right.Attribute.Priority) is not 0 and var byPriority ? byPriority :
        right.IsEngines.CompareTo(left.IsEngines) is not 0 and var byOwner ? byOwner :
        string.CompareOrdinal(left.Member.Name, right.Member.Name));

    /// <summary>Those of the class and its base classes, then those of the components.</summary>
    public static IReadOnlyList<InjectionMember> Of(INukeBuild build)
    {
        var members = new List<InjectionMember>();
        for (var type = build.GetType(); type is not null && type != typeof(object); type = type.BaseType)
            members.AddRange(DeclaredBy(type, build));
        foreach (var component in build.GetType().GetInterfaces().Where(x => x != typeof(INukeBuild) && typeof(INukeBuild).IsAssignableFrom(x)))
            members.AddRange(DeclaredBy(component, build));
        return members;
    }

    /// <summary>The parameters among them, by name: what the class declares goes before what its components declare.</summary>
    public static IReadOnlyList<Parameter> Parameters(IEnumerable<InjectionMember> members) => members
        .Where(x => x.Attribute is ParameterAttribute)
        .Select(x => new Parameter(x.Member, (ParameterAttribute)x.Attribute))
        .DistinctBy(x => x.Name, StringComparer.OrdinalIgnoreCase)
        .OrderBy(x => x.Name, StringComparer.OrdinalIgnoreCase)
        .ToList();

    /// <summary>The value a component's member has by its attribute.</summary>
    public static T TryGetValue<T>(MemberInfo member, INukeBuild build)
    {
        var attribute = member.GetCustomAttribute<ValueInjectionAttributeBase>();
        Check.That(
            attribute is not null,
            $"'{member.DeclaringType?.Name}.{member.Name}' is no parameter and has no other attribute that gives it a value");
        attribute.Build = build;
        return attribute.TryGetValue(member, build) is T value ? value : default;
    }

    /// <summary>Gives members of the class their values.</summary>
    public static void Inject(IEnumerable<InjectionMember> members, INukeBuild build)
    {
        foreach (var (member, attribute) in members.Where(x => !x.IsComponents).OrderBy(x => x, InjectionOrder))
        {
            if (attribute.TryGetValue(member, build) is { } value)
                member.SetValueOf(build, value);
        }
    }

    private static IEnumerable<InjectionMember> DeclaredBy(Type type, INukeBuild build)
    {
        foreach (var member in type.GetMembers(MemberExtensions.Everything | BindingFlags.DeclaredOnly))
        {
            if (member is not (FieldInfo or PropertyInfo) || !member.IsDefined(typeof(ValueInjectionAttributeBase), inherit: true))
                continue;
            var attribute = member.GetCustomAttribute<ValueInjectionAttributeBase>();
            attribute!.Build = build;
            yield return new InjectionMember(member, attribute);
        }
    }
}
