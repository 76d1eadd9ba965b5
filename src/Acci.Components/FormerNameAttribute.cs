namespace Acci.Components;

/// <summary>
/// A name that the parameter had before. It goes on working on the command line, in the environment and in parameter files, with a warning that names
/// the present one; <c>--help</c>, the schema, completions and suggestions do not list it. A parameter that takes a list needs a separator.
/// </summary>
/// <param name="name">The former name, as it was declared: <c>KeepDays</c>.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field, AllowMultiple = true)]
public sealed class FormerNameAttribute(string name) : Attribute
{
    /// <summary>The former name.</summary>
    public string Name => name;
}
