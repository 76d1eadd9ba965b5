using System.Collections;
using System.ComponentModel;
using System.Reflection;
using Acci.Settings;

namespace Acci.Environments.Declarations;

/// <summary>
/// What an app's type is to Microsoft.Extensions.Configuration's binder: a value that is read from a text, a section with properties, or a list or dictionary of
/// either. Source: dotnet/runtime, <c>ConfigurationBinder</c> 10.0.
/// </summary>
internal static class SettingType
{
    /// <summary>Several values, each with a key of its own.</summary>
    public static bool IsCollection(Type type) => !IsText(type) && type.IsAssignableTo(typeof(IEnumerable));

    /// <summary>Values by keys that are no positions.</summary>
    public static bool IsDictionary(Type type) => KeyOf(type) is not null;

    /// <summary>A type of the app's own with properties of its own; what can be read from a text is a value.</summary>
    public static bool IsSection(Type type)
    {
        var own = Nullable.GetUnderlyingType(type) ?? type;
        return (own.IsClass || own is { IsValueType: true, IsEnum: false, IsPrimitive: false })
            && own.Namespace?.Split('.')[0] != nameof(System)
            && !IsText(own)
            && !IsCollection(own);
    }

    /// <summary>The properties that the binder gives a value: those it can set, by the constructor where that is the only way, and those it fills without setting them.</summary>
    public static IEnumerable<PropertyInfo> PropertiesOf(Type type)
    {
        var own = Nullable.GetUnderlyingType(type) ?? type;
        var made = Parameters(own).Select(x => x.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return own.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(x => x.GetMethod is { IsPublic: true } && x.GetIndexParameters().Length == 0)
            .Where(x => x.SetMethod is { IsPublic: true } || made.Contains(x.Name) || IsFilled(x.PropertyType))
            .DistinctBy(x => x.Name);
    }

    /// <summary>Whether a property is given by the constructor: the binder then reads the parameter's name, whatever the property's <c>ConfigurationKeyName</c> says.</summary>
    public static bool IsParameter(PropertyInfo property) =>
        Parameters(property.ReflectedType!).FirstOrDefault(x => property.Name.Equals(x.Name, StringComparison.OrdinalIgnoreCase)) is { } parameter
        // The binder sets a property once more whose parameter is spelled otherwise, and goes on where the parameter has a default.
        && !(property.SetMethod is { IsPublic: true } && parameter.Name != property.Name && parameter.HasDefaultValue);

    /// <summary>Whether it is read from one text.</summary>
    public static bool IsValue(Type type) => !IsSection(type) && !IsCollection(type);

    /// <summary>The type of what is at a path of keys below a type; null where there is nothing.</summary>
    public static Type? At(Type type, ReadOnlySpan<string> path, NamingRule rule)
    {
        if (path.IsEmpty) return type;
        var key = path[0];
        if (IsCollection(type)) return Takes(KeyOf(type) ?? typeof(uint), key, rule) ? At(ElementOf(type), path[1..], rule) : null;
        // A value in a list or dictionary is written into the compose file, which a secret never is.
        return IsSection(type) && PropertiesOf(type).FirstOrDefault(x => !x.IsDefined(typeof(SecretAttribute)) && rule.KeyOf(x).Equals(key, StringComparison.OrdinalIgnoreCase)) is { } property
            ? At(property.PropertyType, path[1..], rule)
            : null;
    }

    /// <summary>Whether a text can be read as a value of this type; choices also as the rule spells them.</summary>
    public static bool Takes(Type type, string text, NamingRule rule)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying) return text.Length == 0 || Takes(underlying, text, rule);
        if (type.IsEnum && Enum.GetValuesAsUnderlyingType(type).Cast<object>().Any(x => rule.Spell((Enum)Enum.ToObject(type, x)).Equals(text, StringComparison.OrdinalIgnoreCase)))
            return true;
        try
        {
            if (type == typeof(byte[])) _ = Convert.FromBase64String(text);
            else if (TypeDescriptor.GetConverter(type) is var converter && converter.CanConvertFrom(typeof(string))) _ = converter.ConvertFromInvariantString(text);
            return true;
        }
        // Converters throw what they like.
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return false;
        }
    }

    private static ParameterInfo[] Parameters(Type type) =>
        type.IsValueType || type.GetConstructor(Type.EmptyTypes) is not null || type.GetConstructors() is not [var only] ? [] : only.GetParameters();

    private static bool IsText(Type type) => type == typeof(byte[]) || TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string));

    // What has no setter is filled where it is, which a set's interface alone is not.
    private static bool IsFilled(Type type) =>
        // Of a structure a copy would be filled.
        (IsSection(type) && !type.IsValueType)
        || (IsCollection(type) && !type.IsArray && ArgumentsOf(type, typeof(ICollection<>)) is not null
            && !(type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ISet<>)));

    private static Type? KeyOf(Type type) => (ArgumentsOf(type, typeof(IDictionary<,>)) ?? ArgumentsOf(type, typeof(IReadOnlyDictionary<,>)))?[0];

    private static Type ElementOf(Type type) =>
        (ArgumentsOf(type, typeof(IDictionary<,>)) ?? ArgumentsOf(type, typeof(IReadOnlyDictionary<,>)))?[1] ?? ArgumentsOf(type, typeof(IEnumerable<>))?[0] ?? typeof(object);

    private static Type[]? ArgumentsOf(Type type, Type open) =>
        type.GetInterfaces().Prepend(type).FirstOrDefault(x => x.IsGenericType && x.GetGenericTypeDefinition() == open)?.GetGenericArguments();
}
