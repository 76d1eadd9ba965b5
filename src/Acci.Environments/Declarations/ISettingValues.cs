namespace Acci.Environments.Declarations;

/// <summary>What the settings files of an environment say, and on the machine that starts it also what that says on top of them.</summary>
internal interface ISettingValues
{
    /// <summary>The environment's name.</summary>
    string Name { get; }

    /// <summary>The text at a key, or null where there is none; a list is joined by commas.</summary>
    string? Find(string key);

    /// <summary>Whether an empty text was written at a key.</summary>
    bool IsEmpty(string key);

    /// <summary>Whether a text, other than an empty one, was written at a key.</summary>
    bool HasText(string key);

    /// <summary>The values below a key, each with its own key from there: <c>0:Host</c>. A text at the key itself is a list whose values are joined by commas.</summary>
    IReadOnlyList<KeyValuePair<string, string>> Below(string key);
}
