using Acci.Testing;

namespace Acci.EndToEnd.Tests.Faults;

/// <summary>A target that a fault meets, and what must hold afterwards.</summary>
public abstract class Step(string name)
{
    /// <summary>The target.</summary>
    public string Name => name;

    /// <summary>The command line, without the script.</summary>
    public abstract string Arguments { get; }

    /// <summary>The variables it needs.</summary>
    public virtual IReadOnlyDictionary<string, string?> Variables => new Dictionary<string, string?>();

    /// <summary>What stands between the step and the server that it needs; null when it needs none.</summary>
    public virtual FaultProxy? Network(Bench bench) => bench.Registry;

    /// <summary>Makes a new place for the step, with what it would find there.</summary>
    public abstract Task PrepareAsync(Bench bench);

    /// <summary>What is wrong at that place, whether the step ended or not; null when nothing is.</summary>
    public abstract Task<string?> DamageAsync(Bench bench);

    /// <summary>What is not done there; null when all is.</summary>
    public abstract Task<string?> MissingAsync(Bench bench);

    /// <summary>What is still as it was before the step; null where the step changes nothing that is named.</summary>
    public virtual Task<bool?> IsUntouchedAsync(Bench bench) => Task.FromResult<bool?>(null);

    /// <summary>Takes away what the step has started.</summary>
    public virtual Task CleanAsync(Bench bench) => Task.CompletedTask;

    public sealed override string ToString() => name;
}
