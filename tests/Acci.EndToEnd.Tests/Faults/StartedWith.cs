namespace Acci.EndToEnd.Tests.Faults;

/// <summary>The build is started where something is not as usual, in a mount namespace of its own.</summary>
/// <param name="Name">As the table calls it.</param>
/// <param name="Mounts">The shell's lines that make it so; <c>$root</c> is the checkout, <c>$cache</c> the cache.</param>
/// <param name="Named">What an error has to name.</param>
public sealed record StartedWith(string Name, string Mounts, string Named) : Fault(Name)
{
    public override string Names(Bench bench, Step step) => Named;

    public override string? Obstacle => Environment.IsPrivilegedProcess ? null : "Only root can mount.";

    public override string Wrap(Bench bench, string line)
    {
        var script = $"set -e; root=$PWD; cache={Delivery.Caching.CacheDirectory.Default.Path}; {Mounts.ReplaceLineEndings("; ")}; set +e; cd \"$root\"; {line}";
        return $"exec unshare --mount bash -c '{script.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
