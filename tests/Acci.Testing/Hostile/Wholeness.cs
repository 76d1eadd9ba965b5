using System.Collections;
using System.Reflection;

namespace Acci.Testing.Hostile;

/// <summary>Finds null where a type says that there is none, in a value that was read.</summary>
internal static class Wholeness
{
    private const int MaximumDepth = 6;

    /// <summary>Where it is, or null.</summary>
    public static string? Problem(object value) => Problem(value, value.GetType().Name, 0);

    private static string? Problem(object value, string place, int depth)
    {
        if (depth > MaximumDepth || value is string) return null;
        if (value is IDictionary or IEnumerable)
        {
            foreach (var item in (IEnumerable)value)
            {
                // Lists of what may be null are not what we read.
                if (item is null) return $"{place}[] is null";
                if (Problem(item, $"{place}[]", depth + 1) is { } inner) return inner;
            }

            return null;
        }

        var type = value.GetType();
        var isPair = type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>);
        if (!isPair && type.Namespace?.StartsWith("Acci", StringComparison.Ordinal) is not true) return null;
        var nullability = new NullabilityInfoContext();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(x => x.GetIndexParameters().Length == 0))
        {
            object? inner;
            try
            {
                inner = property.GetValue(value);
            }
            catch (TargetInvocationException exception) when (exception.InnerException is DeliveryException)
            {
                continue;
            }
            catch (TargetInvocationException exception)
            {
                return $"{place}.{property.Name}: {exception.InnerException!.GetType().Name}";
            }

            if (inner is null)
            {
                if (Nullable.GetUnderlyingType(property.PropertyType) is not null) continue;
                if (isPair || nullability.Create(property).ReadState == NullabilityState.NotNull) return $"{place}.{property.Name} is null";
            }
            else if (Problem(inner, $"{place}.{property.Name}", depth + 1) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }
}
