using System.Reflection;
using System.Text;

namespace Nuke.Common.Utilities;

/// <summary>How members and types are called in front of a user.</summary>
internal static class Names
{
    /// <summary>The member's own name: an explicit implementation is named <c>Namespace.IInterface.Name</c>.</summary>
    public static string ShortName(this MemberInfo member)
    {
        var name = member.Name;
        return name[(name.LastIndexOf('.') + 1)..];
    }

    /// <summary>The type as C# writes it: <c>int?</c>, <c>string[]</c>.</summary>
    public static string DisplayName(this Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return underlying.DisplayName() + "?";
        if (type.IsArray)
            return type.GetElementType().DisplayName() + "[]";
        return Type.GetTypeCode(type) switch
        {
            TypeCode.String => "string",
            _ when type.IsEnum => type.Name,
            TypeCode.Boolean => "bool",
            TypeCode.Int32 => "int",
            TypeCode.Int64 => "long",
            TypeCode.Double => "double",
            TypeCode.Decimal => "decimal",
            TypeCode.Char => "char",
            _ => type.Name,
        };
    }

    /// <summary><c>DeployToken</c> as a command line writes it: <c>deploy-token</c>.</summary>
    public static string ToKebabCase(this string name)
    {
        var kebab = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            var startsWord = i > 0 && char.IsUpper(name[i]) && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (startsWord && name[i - 1] != '-')
                kebab.Append('-');
            kebab.Append(char.ToLowerInvariant(name[i]));
        }

        return kebab.ToString();
    }

    /// <summary>The one of the candidates that was most likely meant; null if none is near.</summary>
    public static string ClosestTo(this IEnumerable<string> candidates, string name)
    {
        static string Plain(string text) => text.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();

        return candidates
            .Select(x => (Name: x, Distance: Distance(Plain(x), Plain(name))))
            .Where(x => x.Distance <= Math.Max(2, name.Length / 3))
            .OrderBy(x => x.Distance)
            .FirstOrDefault().Name;
    }

    /// <summary>The edit distance of Levenshtein.</summary>
    private static int Distance(string left, string right)
    {
        var distances = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = distances[0]++;
            for (var j = 1; j <= right.Length; j++)
            {
                var substitution = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = distances[j];
                distances[j] = Math.Min(substitution, Math.Min(distances[j], distances[j - 1]) + 1);
            }
        }

        return distances[^1];
    }
}
