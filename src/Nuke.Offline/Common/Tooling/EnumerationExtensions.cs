using System.Reflection;

namespace Nuke.Common.Tooling;

/// <summary>Enum members on a command line.</summary>
public static class EnumerationExtensions
{
    /// <summary>What the member is called on a command line: its <see cref="EnumValueAttribute"/>, or its name.</summary>
    public static string GetValue<T>(this T value)
        where T : Enum =>
        typeof(T).GetField(value.ToString())?.GetCustomAttribute<EnumValueAttribute>()?.Value ?? value.ToString();
}
