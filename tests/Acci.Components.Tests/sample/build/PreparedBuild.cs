using Acci;
using Acci.Components;
using Acci.Delivery;
using Nuke.Common;
using Serilog;

/// <summary>A build of verbs: one reads what one before it makes, and one can say beforehand that it is going to fail.</summary>
class PreparedBuild : DeliveryBuild, IHazDryRun, IClean
{
    public static int Run() => Execute<PreparedBuild>(x => x.Reads);

    Target Makes => _ => _.Runs(this, () => Doing(() => File.WriteAllText(RootDirectory / "made", "what was made")));

    Target Reads => _ => _.DependsOn(Makes).Runs(this, () => new Reading(File.ReadAllText(RootDirectory / "made")));

    Target Refuses => _ => _.DependsOn(Reads).Runs(this, () => new Refusing());

    Target CleansUp => _ => _.After(Refuses).AssuredAfterFailure().Runs(this, () => Doing(() => Log.Information("cleaned up")));

    private static Verb Doing(Action action) => Verb.Of(() => Task.CompletedTask, () =>
    {
        action();
        return Task.CompletedTask;
    });

    private sealed class Reading(string text) : Verb
    {
        public override Task PlanAsync() => RunAsync();

        public override Task RunAsync()
        {
            Log.Information("read {Text:l}", text);
            return Task.CompletedTask;
        }
    }

    private sealed class Refusing : Verb
    {
        public override Task PrepareAsync(DeliveryScope scope) => throw new DeliveryException("it is known beforehand");

        public override Task PlanAsync() => Task.CompletedTask;

        public override Task RunAsync() => Task.CompletedTask;
    }
}
