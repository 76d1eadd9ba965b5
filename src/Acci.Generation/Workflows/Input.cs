namespace Acci.Generation.Workflows;

/// <summary>What a workflow is started or called with.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is for.</param>
public sealed record Input(string Name, string Description)
{
    /// <summary>What it is when nothing is given; null where something has to be given.</summary>
    public string? Default { get; init; } = "";

    /// <summary>It is true or false, and no text.</summary>
    public bool IsBoolean { get; init; }

    /// <summary>It is a whole number, and no text.</summary>
    public bool IsNumber { get; init; }

    /// <summary>The texts to choose from; none means any. A called workflow takes any text.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Its value.</summary>
    public Expression Value => Expression.Input(Name);
}
