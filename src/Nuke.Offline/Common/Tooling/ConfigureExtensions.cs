using System.Collections.Concurrent;

namespace Nuke.Common.Tooling;

/// <summary>Applies configurations.</summary>
public static class ConfigureExtensions
{
    /// <summary>Applies a configuration; null changes nothing.</summary>
    public static T InvokeSafe<T>(this Configure<T> configurator, T obj) => (configurator ?? (x => x)).Invoke(obj);

    /// <summary>Runs a tool once for each of the options, several at a time if asked; the rest is run despite a failure if asked.</summary>
    public static IReadOnlyCollection<(TOptions Settings, IReadOnlyCollection<Output> Output)> Invoke<TOptions>(
        this CombinatorialConfigure<TOptions> configurator,
        Func<TOptions, IReadOnlyCollection<Output>> executor,
        int degreeOfParallelism,
        bool completeOnFailure)
        where TOptions : ToolOptions
    {
        var all = configurator(Activator.CreateInstance<TOptions>()).ToList();
        var outputs = new IReadOnlyCollection<Output>[all.Count];
        var failures = new ConcurrentQueue<Exception>();

        // In their order: a build names the longest first.
        var order = Partitioner.Create(Enumerable.Range(0, all.Count), EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(order, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, degreeOfParallelism) }, (i, loop) =>
        {
            try
            {
                outputs[i] = executor(all[i]);
            }
            catch (Exception exception)
            {
                failures.Enqueue(exception);
                if (!completeOnFailure)
                    loop.Stop();
            }
        });

        if (failures.Count == 1 && failures.TryPeek(out var failure))
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        if (!failures.IsEmpty)
            throw new AggregateException(failures);
        return all.Zip(outputs).ToList();
    }
}
