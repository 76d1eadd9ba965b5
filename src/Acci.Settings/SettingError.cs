namespace Acci.Settings;

/// <summary>What is wrong with one setting.</summary>
/// <param name="Setting">The setting's key and environment variable, or the variable alone where no setting has that name.</param>
/// <param name="Problem">What was wrong and what is expected, without a secret's value.</param>
public sealed record SettingError(string Setting, string Problem)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Setting}: {Problem}";
}
