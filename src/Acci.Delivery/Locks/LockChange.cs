namespace Acci.Delivery.Locks;

/// <summary>What became of one thing that is pinned. As text it is one line.</summary>
/// <param name="Name">What is pinned: an action, an image, a tool.</param>
/// <param name="Text">What became of it.</param>
/// <param name="IsChange">It is pinned to something else than before.</param>
public sealed record LockChange(string Name, string Text, bool IsChange)
{
    /// <summary>It is another one than before.</summary>
    public static LockChange Of(string name, string before, string after) => new(name, $"{before} → {after}", true);

    /// <summary>It stays, although there is, or should be, something newer.</summary>
    public static LockChange Left(string name, string current, string reason) => new(name, $"stays at {current}: {reason}", false);

    /// <summary>It stays because the newer release has not been out for long enough; null where it has.</summary>
    public static LockChange? IfTooYoung(string name, string current, string release, TimeSpan age, TimeSpan minimumAge) =>
        age < minimumAge ? Left(name, current, $"{release} has been out for {age.TotalDays:0} days only, and {minimumAge.TotalDays:0} are waited for") : null;

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Text}";
}
