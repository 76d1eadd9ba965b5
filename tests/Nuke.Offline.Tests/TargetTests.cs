using Nuke.Common;
using Nuke.Common.Execution;
using Nuke.Common.Tooling;
using Nuke.Common.Tools.DotNet;

namespace Nuke.Offline.Tests;

/// <summary>Definitions become a plan.</summary>
public class TargetTests
{
    [Theory]
    [InlineData("Deploy", "Restore", "Compile", "Package", "Deploy", "Notify")]
    [InlineData("Package", "Restore", "Compile", "Package")]
    [InlineData("Clean Compile", "Clean", "Restore", "Compile")]
    [InlineData("compile clean", "Clean", "Restore", "Compile")]
    [InlineData("Announce", "Announce", "Notify")]
    [InlineData("TryAll", "TryAll")]
    public void The_plan_holds_what_is_needed_in_order(string invoked, params string[] plan) =>
        Assert.Equal(plan, Plan<OrderBuild>(invoked.Split(' ')).Select(x => x.Name));

    [Fact]
    public void Without_a_name_the_default_runs() => Assert.Equal(["Restore", "Compile"], Plan<OrderBuild>(null).Select(x => x.Name));

    [Fact]
    public void An_unknown_target_names_the_closest_one() => Assert.StartsWith(
        "Target with name 'comple' does not exist. Did you mean 'Compile'? Available targets are:",
        Assert.Throws<Exception>(() => Plan<OrderBuild>(["comple"])).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Targets_that_wait_for_each_other_are_an_error() =>
        Assert.Equal(
            "Circular dependencies between targets: A -> B -> C -> A",
            Assert.Throws<InvalidOperationException>(() => Plan<CycleBuild>(["A"])).Message);

    [Fact]
    public void A_component_the_build_does_not_have_is_an_error() =>
        Assert.Equal(
            "Target 'Lost' refers to targets of 'IMissing', which 'LostBuild' does not implement",
            Assert.Throws<InvalidOperationException>(() => Plan<LostBuild>(["Lost"])).Message);

    [Fact]
    public void Every_word_of_a_definition_is_kept()
    {
        var target = Plan<WordyBuild>(["Wordy"]).Single(x => x.Name == "Wordy");

        Assert.Equal("says a lot", target.Description);
        Assert.False(target.Listed);
        Assert.True(target.ProceedAfterFailure);
        Assert.True(target.AssuredAfterFailure);
        Assert.Equal(DependencyBehavior.Execute, target.DependencyBehavior);
        Assert.Equal(4, target.PartitionSize);
        Assert.Equal(["1 > 2", "it rains"], target.StaticConditions.Concat(target.DynamicConditions).Select(x => x.Item1));
        Assert.Equal(["a.zip"], target.ArtifactProducts);
        Assert.Equal(["b.zip", "c.zip"], target.ArtifactDependencies.SelectMany(x => x));
        Assert.Equal("dotnet", Assert.IsType<PathToolRequirement>(target.ToolRequirements.Single()).PathExecutable);
        Assert.Equal(3, target.DelegateRequirements.Count);
        Assert.Equal(2, target.Actions.Count);
    }

    private static IReadOnlyCollection<ExecutableTarget> Plan<T>(string[]? invoked)
        where T : NukeBuild, new()
    {
        var targets = ExecutableTargetFactory.CreateAll(new T(), typeof(T) == typeof(OrderBuild) ? [x => ((OrderBuild)(object)x).Compile] : []);
        return ExecutionPlanner.GetPlan(targets, invoked!);
    }

    public class OrderBuild : NukeBuild, IClean
    {
        public Target Compile => _ => _.DependsOn(Restore).TryAfter<IClean>(x => x.Clean);

        public Target Restore => _ => _.After<IClean>(x => x.Clean);

        public Target Package => _ => _.DependentFor(Deploy).DependsOn(Compile);

        public Target Deploy => _ => _.Triggers(Notify);

        public Target Notify => _ => _.TriggeredBy(Announce);

        public Target Announce => _ => _;

        public Target TryAll => _ => _
            .TryDependsOn<IMissing>(x => x.Missing)
            .TryDependentFor<IMissing>(x => x.Missing)
            .TryBefore<IMissing>(x => x.Missing)
            .TryAfter<IMissing>(x => x.Missing)
            .TryTriggers<IMissing>(x => x.Missing)
            .TryTriggeredBy<IMissing>(x => x.Missing);
    }

    public class CycleBuild : NukeBuild
    {
        public Target A => _ => _.DependsOn(B);

        public Target B => _ => _.DependsOn(C);

        public Target C => _ => _.After(A);
    }

    public class LostBuild : NukeBuild
    {
        public Target Lost => _ => _.DependsOn<IMissing>(x => x.Missing);
    }

    public class WordyBuild : NukeBuild
    {
        private readonly string _text = "";
        private readonly int? _number = 1;

        public Target Wordy => _ => _
            .Description("says a lot")
            .Unlisted()
            .ProceedAfterFailure()
            .AssuredAfterFailure()
            .WhenSkipped(DependencyBehavior.Execute)
            .Partition(4)
            .OnlyWhenStatic(() =>
                1 > 2)
            .OnlyWhenDynamic(() => true, "it rains")
            .Produces("a.zip")
            .Consumes(Other, "b.zip")
            .Consumes(Another)
            .Requires<DotNetTasks>()
            .Requires(() => _text)
            .Requires(() => _number)
            .Requires(() => _number > 0)
            .Executes(() => Task.CompletedTask)
            .Executes(() => 1);

        public Target Other => _ => _.Produces("x.zip");

        public Target Another => _ => _.Produces("c.zip");
    }

    public interface IClean : INukeBuild
    {
        Target Clean => _ => _;
    }

    public interface IMissing : INukeBuild
    {
        Target Missing => _ => _;
    }
}
