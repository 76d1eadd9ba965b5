using Acci.Settings;

namespace Acci.Environments.Declarations;

/// <summary>One setting of an app: its name, what it means, and what its values are.</summary>
/// <param name="Name">The name, in all its spellings.</param>
/// <param name="Description">What it means, one line.</param>
/// <param name="Type">The type of its property.</param>
public sealed record Setting(SettingName Name, string Description, Type Type)
{
    /// <summary>It has several values.</summary>
    public bool IsList => SettingType.IsCollection(Type);
}
