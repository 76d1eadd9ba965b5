using System.Collections;
using System.Reflection;
using Acci.Environments.Variables;

namespace Acci.Environments.Specification;

/// <summary>All values of a compose file, in the order in which it is written.</summary>
internal static class ScalarWalk
{
    /// <summary>The variables that are put into the file, each as often as it is.</summary>
    public static IEnumerable<Variable> VariablesIn(ComposeFile file) => ScalarsIn(file).Select(x => x.Source).OfType<Variable>();

    /// <summary>
    /// Those that stand for an empty text where nobody sets them, although their service then has its own default: somebody else is told the setting, and would be told
    /// another value.
    /// </summary>
    public static IEnumerable<Variable> VariablesWithoutValueIn(ComposeFile file) =>
        from scalar in ScalarsIn(file) where scalar is { Source.IsLeftOut: true, IsWhereSet: false } select scalar.Source;

    private static IEnumerable<Scalar> ScalarsIn(object? node) => node switch
    {
        null or string => [],
        Scalar scalar => [scalar],
        IDictionary map => map.Values.Cast<object?>().SelectMany(ScalarsIn),
        IEnumerable list => list.Cast<object?>().SelectMany(ScalarsIn),
        _ when node.GetType().Namespace == typeof(ComposeFile).Namespace => PropertiesOf(node.GetType()).SelectMany(x => ScalarsIn(x.GetValue(node))),
        _ => [],
    };

    private static IEnumerable<PropertyInfo> PropertiesOf(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(x => x.GetIndexParameters().Length == 0).OrderBy(x => x.MetadataToken);
}
