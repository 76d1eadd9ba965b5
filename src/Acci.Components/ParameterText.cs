using System.ComponentModel;
using System.Reflection;
using Nuke.Common;
using Nuke.Common.Tooling;

namespace Acci.Components;

/// <summary>What somebody gave a parameter, as text.</summary>
internal static class ParameterText
{
    /// <summary>Why the text is no value for this parameter, as the end of a sentence that says what has it; null when it is one. A secret is never in it.</summary>
    public static string? Problem(MemberInfo member, string text)
    {
        var separator = member.GetCustomAttribute<ParameterAttribute>()?.Separator;
        var values = Parameters.IsArray(member) && separator is { Length: > 0 } ? text.Split(separator[0], StringSplitOptions.RemoveEmptyEntries) : [text];
        foreach (var value in values)
        {
            if (Problem(Parameters.ValueType(member), value) is { } problem)
                return $"cannot be {(member.IsDefined(typeof(SecretAttribute)) ? "what it was given" : $"'{value}'")}: {problem}";
        }

        return null;
    }

    private static string? Problem(Type type, string value)
    {
        if (type.IsEnum)
        {
            if (Enum.GetNames(type).Contains(value, StringComparer.OrdinalIgnoreCase)) return null;
            var closest = ClosestMatch.Of(value, Enum.GetNames(type));
            return $"it is one of {string.Join(", ", Enum.GetNames(type))}{(closest is null ? "" : $"; did you mean '{closest}'?")}";
        }

        if (type == typeof(string)) return null;
        if (type == typeof(bool)) return bool.TryParse(value, out _) ? null : "it is a switch, alone or followed by true or false";
        var converter = TypeDescriptor.GetConverter(type);
        if (!converter.CanConvertFrom(typeof(string))) return null;
        try
        {
            converter.ConvertFromInvariantString(value);
            return null;
        }
        catch (Exception)
        {
            return typeof(Enumeration).IsAssignableFrom(type)
                ? $"it is one of {string.Join(", ", type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(x => x.FieldType == type).Select(x => x.GetValue(null)))}"
                : $"it is not a valid {type.Name}";
        }
    }
}
