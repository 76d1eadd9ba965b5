using System.Text.RegularExpressions;

namespace Acci.Generation.Workflows;

/// <summary>An action at one commit. A tag can be moved to something else by whoever takes over the action's repository, a commit cannot.</summary>
public sealed partial record ActionReference
{
    /// <summary>A reference.</summary>
    /// <param name="name"><c>owner/name</c>, with a path where the action lies in a folder.</param>
    /// <param name="commit">The commit, 40 hexadecimal digits.</param>
    /// <param name="version">The version that this commit is, for those who read it: <c>v4.1.2</c>.</param>
    /// <exception cref="GenerationException">One of the three is not of its form.</exception>
    public ActionReference(string name, string commit, string version)
    {
        if (!NameForm().IsMatch(name)) throw new GenerationException($"'{name}' is not an action: write owner/name.");
        if (!CommitForm().IsMatch(commit)) throw new GenerationException($"The action {name} is not pinned: '{commit}' is not a commit of 40 hexadecimal digits.");
        if (!VersionForm().IsMatch(version)) throw new GenerationException($"The action {name} has the version '{version}': write it as its tag, as in v4.1.2.");
        (Name, Commit, Version) = (name, commit, version);
    }

    /// <summary><c>owner/name</c>, with a path where the action lies in a folder.</summary>
    public string Name { get; }

    /// <summary>The commit.</summary>
    public string Commit { get; }

    /// <summary>The version that this commit is.</summary>
    public string Version { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}@{Commit}";

    [GeneratedRegex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*\\z")]
    private static partial Regex NameForm();

    [GeneratedRegex("^[0-9a-f]{40}\\z")]
    private static partial Regex CommitForm();

    [GeneratedRegex("^v?[0-9][A-Za-z0-9.+-]*\\z")]
    private static partial Regex VersionForm();
}
