namespace Acci.Delivery.Buildx;

/// <summary>The value of a build argument: a text as it is, or what a variable of the bake file is set to.</summary>
/// <param name="Text">The text.</param>
public sealed record BakeArgument(string Text)
{
    /// <summary>Whether <see cref="Text"/> is the name of a variable.</summary>
    public bool IsVariable { get; private init; }

    /// <summary>Build arguments whose values are texts as they are, in the order of their names.</summary>
    internal static SortedDictionary<string, BakeArgument> Literal(IEnumerable<KeyValuePair<string, string>> arguments) =>
        new(arguments.ToDictionary(x => x.Key, x => new BakeArgument(x.Value)), StringComparer.Ordinal);

    /// <summary>What a variable is set to.</summary>
    public static BakeArgument Variable(string name) => new(name) { IsVariable = true };
}
