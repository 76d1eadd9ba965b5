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
    public void A_component_with_one_target_need_not_name_it()
    {
        var plan = Plan<ShortBuild>(["Last"]);

        Assert.Equal(["Clean", "Needed", "Last", "Triggered"], plan.Select(x => x.Name));
        var last = plan.Single(x => x.Name == "Last");
        Assert.Equal(["Needed", "Clean"], last.ExecutionDependencies.Select(x => x.Name));
        Assert.Equal(["n.zip", "m.zip"], last.ArtifactDependencies.SelectMany(x => x));
        Assert.Equal("cleans", Plan<ShortBuild>(["Cleaner"]).Single().Description);
    }

    [Fact]
    public void A_component_with_several_targets_has_to_name_one() =>
        Assert.Equal(
            "Target 'Vague' refers to the target of 'IMany', which has to have exactly one",
            Assert.Throws<InvalidOperationException>(() => Plan<VagueBuild>(["Vague"])).Message);

    [Fact]
    public void A_target_runs_between_its_context_s_setup_and_cleanup()
    {
        var plan = Plan<ContextBuild>(["CleanUp", "Work"]);

        Assert.Equal(["SetUp", "Work", "CleanUp"], plan.Select(x => x.Name));
        Assert.True(plan.Contains(((IContext)new ContextBuild()).SetUp));
        Assert.True(plan.Contains(((IContext)new ContextBuild()).CleanUp));
        Assert.Equal(["SetUp", "Work"], Plan<ContextBuild>(["Work"]).Select(x => x.Name));
    }

    [Fact]
    public void A_context_without_setup_is_an_error() =>
        Assert.Equal(
            "Target 'Work' refers to the setup of 'IClean', which has to have exactly one",
            Assert.Throws<InvalidOperationException>(() => Plan<NoContextBuild>(["Work"])).Message);

    [Fact]
    public void A_target_that_two_components_declare_is_an_error_unless_the_build_declares_it()
    {
        Assert.Equal(
            "Target 'Clean' is declared by 'IClean' and by 'IAlsoClean': 'TwiceBuild' has to declare it, too",
            Assert.Throws<InvalidOperationException>(() => Plan<TwiceBuild>(["Clean"])).Message);
        Assert.Equal("own", Plan<OwnBuild>(["Clean"]).Single().Description);
    }

    [Fact]
    public void A_target_that_is_not_public_does_not_hide_a_component_s() =>
        Assert.Equal(
            "Target 'Clean' of 'HidingBuild' has to be public to take the place of that of 'IClean'",
            Assert.Throws<InvalidOperationException>(() => Plan<HidingBuild>(["Clean"])).Message);

    [Fact]
    public void The_version_of_a_tool_cannot_be_required_here() =>
        Assert.Contains("version 1.0 of 'IVersioned'", Assert.Throws<NotSupportedException>(() => Plan<VersionBuild>(["Needs"])).Message);

    [Fact]
    public void Finished_are_those_that_failed_or_succeeded()
    {
        var build = new OrderBuild
        {
            ExecutionPlan = [.. Enum.GetValues<ExecutionStatus>().Select(x => new ExecutableTarget { Name = $"{x}", Status = x })],
        };

        Assert.Equal(["Succeeded", "Failed"], build.FinishedTargets.Select(x => x.Name));
    }

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

    public class ShortBuild : NukeBuild, IClean, INeeded, ITriggered
    {
        public Target Last => _ => _.DependsOn<INeeded>().TryDependsOn<IClean>().TryDependsOn<IMissing>().Triggers<ITriggered>().Consumes<INeeded>(["n.zip", "m.zip"]);

        public Target Cleaner => _ => _.Inherit<IClean>();
    }

    public class VagueBuild : NukeBuild, IMany
    {
        public Target Vague => _ => _.DependsOn<IMany>();
    }

    public class ContextBuild : NukeBuild, IContext
    {
        public Target Work => _ => _.DependsOnContext<IContext>();
    }

    public class NoContextBuild : NukeBuild, IClean
    {
        public Target Work => _ => _.DependsOnContext<IClean>();
    }

    public class TwiceBuild : NukeBuild, IClean, IAlsoClean;

    public class OwnBuild : NukeBuild, IClean, IAlsoClean
    {
        public Target Clean => _ => _.Description("own");
    }

    public class HidingBuild : NukeBuild, IClean
    {
        private Target Clean => _ => _.Description("own");
    }

    public class VersionBuild : NukeBuild
    {
        public Target Needs => _ => _.Requires<IVersioned>("1.0");
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

    public interface INeeded : INukeBuild
    {
        Target Needed => _ => _.After<IClean>(x => x.Clean);
    }

    public interface ITriggered : INukeBuild
    {
        Target Triggered => _ => _;
    }

    public interface IMany : INukeBuild
    {
        Target One => _ => _;

        Target Two => _ => _;
    }

    public interface IContext : INukeBuild
    {
        Setup SetUp => _ => _;

        Cleanup CleanUp => _ => _;
    }

    public interface IAlsoClean : INukeBuild
    {
        Target Clean => _ => _;
    }

    public interface IVersioned : IRequireToolWithVersion;

    public interface IClean : INukeBuild
    {
        Target Clean => _ => _.Description("cleans");
    }

    public interface IMissing : INukeBuild
    {
        Target Missing => _ => _;
    }
}
