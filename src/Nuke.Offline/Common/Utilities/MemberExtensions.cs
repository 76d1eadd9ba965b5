using System.Reflection;

namespace Nuke.Common.Utilities;

/// <summary>Fields and properties alike.</summary>
internal static class MemberExtensions
{
    public const BindingFlags Everything = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    public static Type MemberType(this MemberInfo member) => member switch
    {
        FieldInfo field => field.FieldType,
        PropertyInfo property => property.PropertyType,
        MethodInfo method => method.ReturnType,
        _ => throw new ArgumentException($"'{member}' has no value", nameof(member)),
    };

    public static object GetValueOf(this MemberInfo member, object instance) => member switch
    {
        FieldInfo field => field.GetValue(field.IsStatic ? null : instance),
        PropertyInfo property => property.GetValue(property.GetMethod!.IsStatic ? null : instance),
        MethodInfo method => method.Invoke(method.IsStatic ? null : instance, null),
        _ => throw new ArgumentException($"'{member}' has no value", nameof(member)),
    };

    /// <summary>Sets a field, or a property, even one without a setter.</summary>
    public static void SetValueOf(this MemberInfo member, object instance, object value)
    {
        if (member is FieldInfo field)
        {
            field.SetValue(field.IsStatic ? null : instance, value);
            return;
        }

        var property = (PropertyInfo)member;
        if (property.SetMethod is { } setter)
        {
            setter.Invoke(setter.IsStatic ? null : instance, [value]);
            return;
        }

        var backing = property.BackingField();
        Check.That(
            backing is not null,
            $"Property '{property.DeclaringType.Name}.{property.Name}' cannot be given a value: it is neither automatic nor has it a setter");
        backing.SetValue(backing.IsStatic ? null : instance, value);
    }

    /// <summary>Whether <see cref="SetValueOf"/> would work.</summary>
    public static bool IsSettable(this MemberInfo member) =>
        member is FieldInfo { IsLiteral: false } ||
        (member is PropertyInfo property && (property.SetMethod is not null || property.BackingField() is not null));

    private static FieldInfo BackingField(this PropertyInfo property) =>
        property.DeclaringType!.GetField($"<{property.Name}>k__BackingField", Everything);

    /// <summary>The member of that name of a type, its base types or its interfaces; null if there is none.</summary>
    public static MemberInfo FindMember(this Type type, string name)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            var members = current.GetMember(
                name,
                MemberTypes.Field | MemberTypes.Property | MemberTypes.Method,
                Everything | BindingFlags.DeclaredOnly);
            if (members.Length > 0)
                return members[0];
        }

        return type.GetInterfaces().SelectMany(x => x.GetMember(name)).FirstOrDefault();
    }

    /// <summary>
    /// The value a property has where it is declared, whatever overrides it: a base class's property,
    /// or a component's default implementation.
    /// </summary>
    public static T GetValueNonVirtual<T>(this PropertyInfo property, object instance)
    {
        var getter = property.GetMethod.NotNull();
        Check.That(!getter.IsAbstract, $"'{property.DeclaringType?.Name}.{property.Name}' has no implementation to inherit");
        return ((Func<T>)Activator.CreateInstance(typeof(Func<T>), instance, getter.MethodHandle.GetFunctionPointer()))!();
    }
}
