namespace Acci.Delivery;

/// <summary>What one target does, together with what it would do: a verb without a plan cannot be declared.</summary>
public abstract class Verb
{
    /// <summary>A verb of two methods.</summary>
    /// <param name="plan">As <see cref="PlanAsync"/>.</param>
    /// <param name="run">As <see cref="RunAsync"/>.</param>
    public static Verb Of(Func<Task> plan, Func<Task> run) => new Pair(plan, run);

    /// <summary>A verb that only looks, so that its plan is to look.</summary>
    public static Verb Looking(Func<Task> look) => new Pair(look, look);

    /// <summary>
    /// Says what <see cref="RunAsync"/> would do, and fails where it would fail, as far as that can be known beforehand. It writes, starts and sends nothing; it may ask.
    /// </summary>
    public abstract Task PlanAsync();

    /// <summary>Does it.</summary>
    public abstract Task RunAsync();

    /// <summary>Does it, or says what it would do.</summary>
    public Task ExecuteAsync(bool dryRun) => dryRun ? PlanAsync() : RunAsync();

    private sealed class Pair(Func<Task> plan, Func<Task> run) : Verb
    {
        public override Task PlanAsync() => plan();

        public override Task RunAsync() => run();
    }
}
