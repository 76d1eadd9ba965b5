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
    /// Fails where <see cref="RunAsync"/> would, as far as that is known before the first of a build's verbs runs. All that override it are asked then, in a dry run, too. It
    /// writes, starts, fetches and sends nothing; it may ask. What it found out is looked for again when it is the verb's turn: verbs before it may change it.
    /// </summary>
    /// <param name="scope">The steps that the build takes: what one of them is going to change is not known yet.</param>
    public virtual Task PrepareAsync(DeliveryScope scope) => Task.CompletedTask;

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
