using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Acci.Environments.Running;

/// <summary>
/// The containers that one <c>docker compose up</c> has created. Another job may start the same project at the same time: it replaces containers with
/// others of the same name, and its checkout may have the same path, so neither names nor labels distinguish them.
/// </summary>
internal sealed partial class UpProgress
{
    private readonly ConcurrentDictionary<string, bool> _made = [];
    private readonly ConcurrentDictionary<string, string> _first = [];

    /// <summary>Notes what a line of its progress says. Source: docker/compose, <c>--progress plain</c>.</summary>
    public void Read(string line)
    {
        if (LinePattern().Match(line) is not { Success: true } said) return;
        var (name, status) = (said.Groups["name"].Value, said.Groups["status"].Value);
        // "Created" alone is also said of one that is found as it was left.
        if (status is "Creating" or "Recreate") _made[name] = true;
        // Of two runs that make one at once, the engine refuses the second.
        else if (status == "Error") _made.TryRemove(name, out _);
    }

    /// <summary>Notes which container has a name now: the one that had it first is this run's, if the run made one of that name.</summary>
    public void See(Container container) => _first.TryAdd(container.Name, container.Id);

    /// <summary>Whether the run has made this one.</summary>
    public bool HasMade(Container container) =>
        _made.ContainsKey(container.Name) && (!_first.TryGetValue(container.Name, out var first) || first == container.Id);

    [GeneratedRegex(@"^\s*Container (?<name>\S+)\s+(?<status>\w+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex LinePattern();
}
