using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Nuke.Common;
using Nuke.Common.CI;

namespace Acci.Components;

/// <summary>What somebody gave a parameter, as text.</summary>
internal static class ParameterText
{
    /// <summary>Why the text is no value for this parameter, as the end of a sentence that says what has it; null when it is one. A secret is never in it.</summary>
    public static string? Problem(MemberInfo member, string text)
    {
        var values = Parameters.Separator(member) is { } separator ? text.Split(separator, StringSplitOptions.RemoveEmptyEntries) : [text];
        foreach (var value in values)
        {
            if (ProblemOf(member, value) is { } problem)
                return $"cannot be {(member.IsDefined(typeof(SecretAttribute)) ? "what it was given" : $"'{value}'")}: {problem}";
        }

        return null;
    }

    private static string? ProblemOf(MemberInfo member, string value)
    {
        var type = Parameters.ValueType(member);
        if (ParameterValues.Of(member) is { Count: > 0 } names)
        {
            if (names.Contains(value, StringComparer.OrdinalIgnoreCase)) return null;
            var closest = ClosestMatch.Of(value, names);
            return $"it is one of {string.Join(", ", names)}{(closest is null ? "" : $"; did you mean '{closest}'?")}";
        }

        if (type == typeof(string)) return null;
        if (type == typeof(bool)) return bool.TryParse(value, out _) ? null : "it is a switch, alone or followed by true or false";
        if (type == typeof(Partition)) return IsPartition(value) ? null : "it is a part of several, as in 1/3";
        var converter = TypeDescriptor.GetConverter(type);
        if (!converter.CanConvertFrom(typeof(string))) return null;
        try
        {
            return OutOfRange(member, converter.ConvertFromInvariantString(value));
        }
        catch (Exception)
        {
            return IsWhole(type) ? "it is not a whole number" : IsNumber(type) ? "it is not a number" : $"it cannot be read as {type.Name}";
        }
    }

    private static string? OutOfRange(MemberInfo member, object? value) =>
        member.GetCustomAttribute<RangeAttribute>() is { } range && !range.IsValid(value) ? $"it has to be from {range.Minimum} to {range.Maximum}" : null;

    private static bool IsPartition(string text) =>
        text.Split('/') is [var part, var total] && Number(part) is { } one && Number(total) is { } all && one >= 1 && one <= all;

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool IsWhole(Type type) => type == typeof(int) || type == typeof(long) || type == typeof(short) || type == typeof(byte) || type == typeof(uint) || type == typeof(ulong);

    private static bool IsNumber(Type type) => type == typeof(double) || type == typeof(float) || type == typeof(decimal);
}
