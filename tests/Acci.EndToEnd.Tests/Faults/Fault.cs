namespace Acci.EndToEnd.Tests.Faults;

/// <summary>Something that goes wrong while a step runs.</summary>
/// <param name="Name">As the table calls it.</param>
public abstract record Fault(string Name)
{
    /// <summary>Why it cannot be tried here; null where it can.</summary>
    public virtual string? Obstacle => null;

    /// <summary>The build hears of it in time, and leaves things as they were or says what it does not know.</summary>
    public virtual bool IsAnswered => false;

    /// <summary>What an error that it leads to has to name: a regular expression.</summary>
    public virtual string Names(Bench bench, Step step) => "";

    /// <summary>Whether the step can meet it.</summary>
    public virtual bool Meets(Step step) => true;

    /// <summary>How the build is started with it.</summary>
    /// <param name="bench">What it is tried on.</param>
    /// <param name="line">The line that starts the build without it.</param>
    public virtual string Wrap(Bench bench, string line) => line;

    /// <summary>Prepares it, before the build starts.</summary>
    public virtual Task BeginAsync(Bench bench, Step step) => Task.CompletedTask;

    /// <summary>Lets it happen while the build runs.</summary>
    public virtual Task StrikeAsync(Bench bench, Step step, Running build, Moment moment) => Task.CompletedTask;

    /// <summary>Ends it, so that the next build meets nothing.</summary>
    public virtual Task EndAsync(Bench bench) => Task.CompletedTask;

    /// <summary>Takes away what it needed.</summary>
    public virtual Task LeaveAsync(Bench bench) => Task.CompletedTask;

    public sealed override string ToString() => Name;
}
