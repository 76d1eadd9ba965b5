using System.Runtime.CompilerServices;
using Acci.Delivery;
using Nuke.Common;
using Nuke.Common.Execution;
using Serilog;

namespace Acci.Components;

/// <summary>Targets that run a <see cref="Verb"/>: with <c>--dry-run</c> they say what they would do. Any other target does nothing then.</summary>
public static class VerbTargets
{
    private static readonly ConditionalWeakTable<INukeBuild, object> Asked = [];

    /// <summary>Lets the target run the verb, or with <c>--dry-run</c> its plan.</summary>
    /// <param name="target">The target.</param>
    /// <param name="build">The build, which knows whether it is a dry run.</param>
    /// <param name="verb">Makes the verb, when it is the target's turn.</param>
    public static ITargetDefinition Runs(this ITargetDefinition target, IHazDryRun build, Func<Verb> verb) => target.Runs<Verb>(build, verb);

    /// <summary>As the other one. A verb whose class overrides <see cref="Verb.PrepareAsync"/> is made once more, for that, before the first of the build's verbs begins.</summary>
    /// <param name="target">The target.</param>
    /// <param name="build">The build, which knows whether it is a dry run.</param>
    /// <param name="verb">Makes the verb.</param>
    /// <typeparam name="TVerb">The verb's class.</typeparam>
    public static ITargetDefinition Runs<TVerb>(this ITargetDefinition target, IHazDryRun build, Func<TVerb> verb)
        where TVerb : Verb => target.Executes(new Planned(build, verb, Prepares(typeof(TVerb))).Execute);

    /// <summary>Takes from a target what it does where that has no plan, and says so in its place.</summary>
    internal static void SkipUnlessPlanned(ExecutableTarget target)
    {
        if (target.Actions.Count == 0 || target.Actions.All(action => action.Target is Planned)) return;
        target.Actions.Clear();
        target.Actions.Add(() => Log.Information("Would run {Target:l}, which has no dry run of its own", target.Name));
    }

    private static bool Prepares(Type verb) => verb.GetMethod(nameof(Verb.PrepareAsync), [typeof(DeliveryScope)])!.DeclaringType != typeof(Verb);

    // A class of its own, so that an engine's target can be asked whether it is one.
    private sealed class Planned(IHazDryRun build, Func<Verb> verb, bool prepares)
    {
        public bool Prepares => prepares;

        public void Execute() => ExecuteAsync().GetAwaiter().GetResult();

        public Task PrepareAsync(DeliveryScope scope) => verb().PrepareAsync(scope);

        // Asked once: what still runs after a failure runs as it would without.
        private async Task ExecuteAsync()
        {
            if (Asked.TryAdd(build, build)) await PrepareAllAsync(build);
            await verb().ExecuteAsync(build.DryRun);
        }
    }

    // What one of them is going to fail with ends the build before the first of them begins. Whether a target with a condition runs at all, its turn will show.
    private static async Task PrepareAllAsync(INukeBuild build)
    {
        var scope = (build as IHazDelivery)?.Scope ?? new DeliveryScope();
        var targets = build.ExecutionPlan.Where(x => x.Status is ExecutionStatus.Scheduled or ExecutionStatus.Running && x.DynamicConditions.Count == 0);
        var prepared = targets.SelectMany(x => x.Actions).Select(x => x.Target).OfType<Planned>().Where(x => x.Prepares).ToList();
        foreach (var planned in prepared) await planned.PrepareAsync(scope);
    }
}
