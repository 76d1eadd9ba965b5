using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Nuke.Common.Utilities;

namespace Nuke.Common.ValueInjection;

/// <summary>Text to values: the framework's type converters, behind short cuts for what builds mostly use.</summary>
internal static class ValueConversion
{
    public static object Convert(string value, Type type, char? separator = null) =>
        separator is { } character && ElementType(type) is not null
            ? Convert(value.Split(character, StringSplitOptions.RemoveEmptyEntries), type)
            : Convert([value], type);

    /// <summary>No value stands for <c>true</c>, or for an empty array.</summary>
    public static object Convert(IReadOnlyList<string> values, Type type)
    {
        if (ElementType(type) is { } element)
        {
            var array = Array.CreateInstance(element, values.Count);
            for (var i = 0; i < values.Count; i++)
                array.SetValue(Scalar(values[i], element), i);
            return array;
        }

        if (values.Count == 0)
        {
            Check.That(IsBoolean(type), $"A value of type '{type.DisplayName()}' is expected");
            return true;
        }

        Check.That(values.Count == 1, $"Values '{string.Join(", ", values)}' could not be converted to '{type.DisplayName()}'");
        return Scalar(values[0], type);
    }

    /// <summary>The element type of an array, or of an interface that an array implements; null for a single value.</summary>
    public static Type ElementType(Type type) =>
        type.IsArray ? type.GetElementType() :
        type is { IsInterface: true, IsGenericType: true } && typeof(IEnumerable).IsAssignableFrom(type) ? type.GetGenericArguments()[0] :
        null;

    private static bool IsBoolean(Type type) => (Nullable.GetUnderlyingType(type) ?? type) == typeof(bool);

    private static object Scalar(string value, Type type)
    {
        try
        {
            return Parse(value, Nullable.GetUnderlyingType(type) ?? type);
        }
        catch (Exception)
        {
            Assert.Fail($"Value '{value}' could not be converted to '{type.DisplayName()}'");
            throw;
        }
    }

    private static object Parse(string value, Type type)
    {
        if (type == typeof(string) || type == typeof(object))
            return value;
        if (type == typeof(bool))
            return bool.Parse(value);
        if (type.IsEnum)
            return ParseEnum(value, type);
        if (type.GetCustomAttribute<TypeConverterAttribute>() is { } attribute && Type.GetType(attribute.ConverterTypeName) is { } converter)
            return ((TypeConverter)Activator.CreateInstance(converter))!.ConvertFrom(null, CultureInfo.InvariantCulture, value);
        return TypeDescriptor.GetConverter(type).ConvertFrom(null, CultureInfo.InvariantCulture, value);
    }

    private static object ParseEnum(string value, Type type)
    {
        var parsed = Enum.Parse(type, value, ignoreCase: true);
        // Numbers parse too, but a user has names in mind.
        return Enum.IsDefined(type, parsed) || type.IsDefined(typeof(FlagsAttribute)) ? parsed : throw new FormatException();
    }
}
