using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Nuke.Common.Tooling;

namespace Nuke.Common;

/// <summary>Says what a target does, when, and after what.</summary>
public interface ITargetDefinition
{
    /// <summary>A line for the help.</summary>
    ITargetDefinition Description(string description);

    /// <summary>Leaves the target out of the help.</summary>
    ITargetDefinition Unlisted();

    /// <summary>What the target does; several actions run one after the other.</summary>
    ITargetDefinition Executes(params Action[] actions);

    /// <summary>What the target does; the result is not looked at.</summary>
    ITargetDefinition Executes<T>(Func<T> action);

    /// <summary>What the target does, awaited.</summary>
    ITargetDefinition Executes(Func<Task> action);

    /// <summary>These targets run before this one.</summary>
    ITargetDefinition DependsOn(params Target[] targets);

    /// <summary>These targets of a component run before this one.</summary>
    ITargetDefinition DependsOn<T>(params Func<T, Target>[] targets);

    /// <summary>These targets of a component run before this one, if the build has the component.</summary>
    ITargetDefinition TryDependsOn<T>(params Func<T, Target>[] targets);

    /// <summary>The component's <see cref="Setup"/> runs before this one, and its <see cref="Cleanup"/>, if it runs, after it.</summary>
    ITargetDefinition DependsOnContext<T>()
        where T : INukeBuild;

    /// <summary>This target runs before these.</summary>
    ITargetDefinition DependentFor(params Target[] targets);

    /// <summary>This target runs before these of a component.</summary>
    ITargetDefinition DependentFor<T>(params Func<T, Target>[] targets);

    /// <summary>This target runs before these of a component, if the build has the component.</summary>
    ITargetDefinition TryDependentFor<T>(params Func<T, Target>[] targets);

    /// <summary>If both run, this target runs before these.</summary>
    ITargetDefinition Before(params Target[] targets);

    /// <summary>If both run, this target runs before these of a component.</summary>
    ITargetDefinition Before<T>(params Func<T, Target>[] targets);

    /// <summary>If both run, this target runs before these of a component, if the build has the component.</summary>
    ITargetDefinition TryBefore<T>(params Func<T, Target>[] targets);

    /// <summary>If both run, this target runs after these.</summary>
    ITargetDefinition After(params Target[] targets);

    /// <summary>If both run, this target runs after these of a component.</summary>
    ITargetDefinition After<T>(params Func<T, Target>[] targets);

    /// <summary>If both run, this target runs after these of a component, if the build has the component.</summary>
    ITargetDefinition TryAfter<T>(params Func<T, Target>[] targets);

    /// <summary>After this target, these run.</summary>
    ITargetDefinition Triggers(params Target[] targets);

    /// <summary>After this target, these of a component run.</summary>
    ITargetDefinition Triggers<T>(params Func<T, Target>[] targets);

    /// <summary>After this target, these of a component run, if the build has the component.</summary>
    ITargetDefinition TryTriggers<T>(params Func<T, Target>[] targets);

    /// <summary>After one of these, this target runs.</summary>
    ITargetDefinition TriggeredBy(params Target[] targets);

    /// <summary>After one of these of a component, this target runs.</summary>
    ITargetDefinition TriggeredBy<T>(params Func<T, Target>[] targets);

    /// <summary>After one of these of a component, this target runs, if the build has the component.</summary>
    ITargetDefinition TryTriggeredBy<T>(params Func<T, Target>[] targets);

    /// <summary>Skips the target if the condition does not hold before the build begins.</summary>
    ITargetDefinition OnlyWhenStatic(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string conditionExpression = null);

    /// <summary>Skips the target if the condition does not hold when it is the target's turn.</summary>
    ITargetDefinition OnlyWhenDynamic(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string conditionExpression = null);

    /// <summary>What becomes of the dependencies if the target is skipped.</summary>
    ITargetDefinition WhenSkipped(DependencyBehavior dependencyBehavior);

    /// <summary>These members must have a value before anything runs.</summary>
    ITargetDefinition Requires<T>(Expression<Func<T>> parameterRequirement, params Expression<Func<T>>[] parameterRequirements)
        where T : class;

    /// <summary>These members must have a value before anything runs.</summary>
    ITargetDefinition Requires<T>(Expression<Func<T?>> parameterRequirement, params Expression<Func<T?>>[] parameterRequirements)
        where T : struct;

    /// <summary>These conditions must hold before anything runs.</summary>
    ITargetDefinition Requires(Expression<Func<bool>> requirement, params Expression<Func<bool>>[] requirements);

    /// <summary>This tool must be there before anything runs.</summary>
    ITargetDefinition Requires<T>()
        where T : IRequireTool;

    /// <summary>This version of a tool must be there before anything runs.</summary>
    ITargetDefinition Requires<T>(string version)
        where T : IRequireToolWithVersion;

    /// <summary>These tools must be there before anything runs.</summary>
    ITargetDefinition Requires(Expression<Func<Tool>> tool, params Expression<Func<Tool>>[] tools);

    /// <summary>The build goes on if this target fails.</summary>
    ITargetDefinition ProceedAfterFailure();

    /// <summary>The target runs even if another one has failed.</summary>
    ITargetDefinition AssuredAfterFailure();

    /// <summary>Files that the target makes.</summary>
    ITargetDefinition Produces(params string[] artifacts);

    /// <summary>The target uses the files that these make.</summary>
    ITargetDefinition Consumes(params Target[] targets);

    /// <summary>The target uses the files that these of a component make.</summary>
    ITargetDefinition Consumes<T>(params Func<T, Target>[] targets);

    /// <summary>The target uses these files that another one makes.</summary>
    ITargetDefinition Consumes(Target target, params string[] artifacts);

    /// <summary>The target uses these files that one of a component makes.</summary>
    ITargetDefinition Consumes<T>(Func<T, Target> target, params string[] artifacts);

    /// <summary>The target uses these files that a component's only target makes.</summary>
    ITargetDefinition Consumes<T>(params string[] artifacts);

    /// <summary>The target can be split over so many machines.</summary>
    ITargetDefinition Partition(int size);

    /// <summary>Begins with the definition of the overridden target.</summary>
    ITargetDefinition Base();

    /// <summary>Begins with the definitions of other targets.</summary>
    ITargetDefinition Inherit(params Target[] targets);

    /// <summary>Begins with the definitions a component gives its targets, even where the build implements them itself.</summary>
    ITargetDefinition Inherit<T>(params Expression<Func<T, Target>>[] targets);
}
