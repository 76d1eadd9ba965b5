namespace Acci.Delivery.Pruning;

/// <summary>What becomes of a version, and why.</summary>
/// <param name="Node">The version.</param>
/// <param name="Verdict">What becomes of it.</param>
/// <param name="Reason">Why, in a few words.</param>
public sealed record PruneDecision(PackageNode Node, Verdict Verdict, string Reason)
{
    /// <summary>Whether it goes.</summary>
    public bool Goes => Verdict == Verdict.Goes;
}

/// <summary>What becomes of a version.</summary>
public enum Verdict
{
    /// <summary>A rule names one of its tags, or the version itself.</summary>
    Named,

    /// <summary>It is one of the newest with a tag.</summary>
    Newest,

    /// <summary>It was pushed or tagged only lately.</summary>
    Young,

    /// <summary>A tag that stays pointed at it before, and a rollback leads back to it.</summary>
    Previous,

    /// <summary>Its manifest cannot be read, so it is not known what it is.</summary>
    Unreadable,

    /// <summary>It belongs to a version that stays, or may.</summary>
    Part,

    /// <summary>Nothing keeps it.</summary>
    Goes,
}
