namespace Acci.Components;

/// <summary>A command line as NUKE reads it: what stands before the first parameter are targets, what follows a parameter are its values.</summary>
/// <param name="Targets">The targets, several joined by <c>+</c> or not.</param>
/// <param name="Parameters">The parameters as they were typed, each with its values.</param>
internal sealed record TypedArguments(IReadOnlyList<string> Targets, IReadOnlyList<(string Text, List<string> Values)> Parameters)
{
    /// <summary>Reads a command line without the program's name.</summary>
    public static TypedArguments Read(IEnumerable<string> arguments)
    {
        var (targets, parameters) = (new List<string>(), new List<(string Text, List<string> Values)>());
        foreach (var argument in arguments)
        {
            if (IsParameter(argument)) parameters.Add((argument, []));
            else if (parameters.Count > 0) parameters[^1].Values.Add(argument);
            else targets.Add(argument);
        }

        return new TypedArguments(targets, parameters);
    }

    /// <summary>What follows a parameter; null when it was not typed. The last one counts, as for both engines.</summary>
    /// <param name="name">The parameter's name, in one word.</param>
    public IReadOnlyList<string>? ValuesOf(string name) =>
        Parameters.LastOrDefault(x => Components.Parameters.Normalize(x.Text).Equals(name, StringComparison.OrdinalIgnoreCase)).Values;

    // A dash begins a parameter, unless a digit follows: that is a negative number.
    private static bool IsParameter(string argument) => argument is ['-', not (>= '0' and <= '9'), ..];
}
