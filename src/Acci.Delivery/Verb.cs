namespace Acci.Delivery;

/// <summary>What one target does, together with what it would do: a verb without a plan cannot be declared.</summary>
/// <param name="Plan">
/// Says what <paramref name="Run"/> would do, and fails where it would fail, as far as that can be known beforehand. It writes, starts and sends nothing; it may ask.
/// </param>
/// <param name="Run">Does it.</param>
public sealed record Verb(Func<Task> Plan, Func<Task> Run)
{
    /// <summary>A verb that only looks, so that its plan is to look.</summary>
    public static Verb Looking(Func<Task> look) => new(look, look);

    /// <summary>Does it, or says what it would do.</summary>
    public Task ExecuteAsync(bool dryRun) => dryRun ? Plan() : Run();
}
