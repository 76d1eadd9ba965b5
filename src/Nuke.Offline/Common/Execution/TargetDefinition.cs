using System.Linq.Expressions;
using System.Reflection;
using Nuke.Common.Tooling;
using Nuke.Common.Utilities;

namespace Nuke.Common.Execution;

/// <summary>Fills an <see cref="ExecutableTarget"/>; references to other targets are kept until all of them are known.</summary>
internal sealed class TargetDefinition(ExecutableTarget target, INukeBuild build, PropertyInfo property) : ITargetDefinition
{
    public ExecutableTarget Target { get; } = target;

    public List<Delegate> Dependencies { get; } = [];

    public List<Delegate> Dependents { get; } = [];

    public List<Delegate> Predecessors { get; } = [];

    public List<Delegate> Successors { get; } = [];

    public List<Delegate> TriggeredTargets { get; } = [];

    public List<Delegate> TriggeringTargets { get; } = [];

    public List<(Delegate Target, string[] Artifacts)> Consumed { get; } = [];

    public ITargetDefinition Description(string description)
    {
        Target.Description = description;
        return this;
    }

    public ITargetDefinition Unlisted()
    {
        Target.Listed = false;
        return this;
    }

    public ITargetDefinition Executes(params Action[] actions) => Add(Target.Actions, actions);

    public ITargetDefinition Executes<T>(Func<T> action) => Executes(new Action(() => action()));

    public ITargetDefinition Executes(Func<Task> action) => Executes(new Action(() => action().GetAwaiter().GetResult()));

    public ITargetDefinition DependsOn(params Target[] targets) => Add(Dependencies, targets);

    public ITargetDefinition DependsOn<T>(params Func<T, Target>[] targets) => DependsOn(OfComponent(targets));

    public ITargetDefinition TryDependsOn<T>(params Func<T, Target>[] targets) => DependsOn(OfComponentIfAny(targets));

    public ITargetDefinition DependsOnContext<T>()
        where T : INukeBuild
    {
        var context = Component<T>();
        Dependencies.Add((Delegate)SingleOf<T>(typeof(Setup)).GetValue(context));
        Successors.Add((Delegate)SingleOf<T>(typeof(Cleanup)).GetValue(context));
        return this;
    }

    public ITargetDefinition DependentFor(params Target[] targets) => Add(Dependents, targets);

    public ITargetDefinition DependentFor<T>(params Func<T, Target>[] targets) => DependentFor(OfComponent(targets));

    public ITargetDefinition TryDependentFor<T>(params Func<T, Target>[] targets) => DependentFor(OfComponentIfAny(targets));

    public ITargetDefinition Before(params Target[] targets) => Add(Successors, targets);

    public ITargetDefinition Before<T>(params Func<T, Target>[] targets) => Before(OfComponent(targets));

    public ITargetDefinition TryBefore<T>(params Func<T, Target>[] targets) => Before(OfComponentIfAny(targets));

    public ITargetDefinition After(params Target[] targets) => Add(Predecessors, targets);

    public ITargetDefinition After<T>(params Func<T, Target>[] targets) => After(OfComponent(targets));

    public ITargetDefinition TryAfter<T>(params Func<T, Target>[] targets) => After(OfComponentIfAny(targets));

    public ITargetDefinition Triggers(params Target[] targets) => Add(TriggeredTargets, targets);

    public ITargetDefinition Triggers<T>(params Func<T, Target>[] targets) => Triggers(OfComponent(targets));

    public ITargetDefinition TryTriggers<T>(params Func<T, Target>[] targets) => Triggers(OfComponentIfAny(targets));

    public ITargetDefinition TriggeredBy(params Target[] targets) => Add(TriggeringTargets, targets);

    public ITargetDefinition TriggeredBy<T>(params Func<T, Target>[] targets) => TriggeredBy(OfComponent(targets));

    public ITargetDefinition TryTriggeredBy<T>(params Func<T, Target>[] targets) => TriggeredBy(OfComponentIfAny(targets));

    public ITargetDefinition OnlyWhenStatic(Func<bool> condition, string conditionExpression = null) =>
        Add(Target.StaticConditions, [(Readable(conditionExpression), condition)]);

    public ITargetDefinition OnlyWhenDynamic(Func<bool> condition, string conditionExpression = null) =>
        Add(Target.DynamicConditions, [(Readable(conditionExpression), condition)]);

    public ITargetDefinition WhenSkipped(DependencyBehavior dependencyBehavior)
    {
        Target.DependencyBehavior = dependencyBehavior;
        return this;
    }

    public ITargetDefinition Requires<T>(Expression<Func<T>> parameterRequirement, params Expression<Func<T>>[] parameterRequirements)
        where T : class =>
        Add(Target.DelegateRequirements, [parameterRequirement, .. parameterRequirements]);

    public ITargetDefinition Requires<T>(Expression<Func<T?>> parameterRequirement, params Expression<Func<T?>>[] parameterRequirements)
        where T : struct =>
        Add(Target.DelegateRequirements, [parameterRequirement, .. parameterRequirements]);

    public ITargetDefinition Requires(Expression<Func<bool>> requirement, params Expression<Func<bool>>[] requirements) =>
        Add(Target.DelegateRequirements, [requirement, .. requirements]);

    public ITargetDefinition Requires<T>()
        where T : IRequireTool =>
        Add(Target.ToolRequirements, typeof(T).GetCustomAttributes<PathToolAttribute>().Select(x => new PathToolRequirement(x.Executable)));

    public ITargetDefinition Requires<T>(string version)
        where T : IRequireToolWithVersion =>
        throw new NotSupportedException(
            $"Target '{Target.Name}' requires version {version} of '{typeof(T).Name}': Nuke.Offline has no tools that come from packages");

    public ITargetDefinition Requires(Expression<Func<Tool>> tool, params Expression<Func<Tool>>[] tools) =>
        Add(Target.DelegateRequirements, [tool, .. tools]);

    public ITargetDefinition ProceedAfterFailure()
    {
        Target.ProceedAfterFailure = true;
        return this;
    }

    public ITargetDefinition AssuredAfterFailure()
    {
        Target.AssuredAfterFailure = true;
        return this;
    }

    public ITargetDefinition Produces(params string[] artifacts) => Add(Target.ArtifactProducts, artifacts);

    public ITargetDefinition Consumes(params Target[] targets) => Add(Consumed, targets.Select(x => ((Delegate)x, Array.Empty<string>())));

    public ITargetDefinition Consumes<T>(params Func<T, Target>[] targets) => Consumes(OfComponent(targets));

    public ITargetDefinition Consumes(Target target, params string[] artifacts) => Add(Consumed, [(target, artifacts)]);

    public ITargetDefinition Consumes<T>(Func<T, Target> target, params string[] artifacts) => Consumes(OfComponent([target])[0], artifacts);

    public ITargetDefinition Consumes<T>(params string[] artifacts) => Consumes(OfComponent<T>([])[0], artifacts);

    public ITargetDefinition Partition(int size)
    {
        Target.PartitionSize = size;
        return this;
    }

    public ITargetDefinition Base() => Inherit(BaseOf(property).GetValueNonVirtual<Target>(build));

    public ITargetDefinition Inherit(params Target[] targets)
    {
        Array.ForEach(targets, x => x(this));
        return this;
    }

    public ITargetDefinition Inherit<T>(params Expression<Func<T, Target>>[] targets) =>
        Inherit((targets.Length > 0 ? targets.Select(x => (PropertyInfo)x.GetMember()) : [SingleOf<T>(typeof(Target))])
            .Select(x => x.GetValueNonVirtual<Target>(build))
            .ToArray());

    private TargetDefinition Add<T>(List<T> list, IEnumerable<T> items)
    {
        list.AddRange(items);
        return this;
    }

    private T Component<T>() => build is T component
        ? component
        : throw new InvalidOperationException(
            $"Target '{Target.Name}' refers to targets of '{typeof(T).Name}', which '{build.GetType().Name}' does not implement");

    private Target[] OfComponent<T>(Func<T, Target>[] targets) => Values(Component<T>(), targets);

    private Target[] OfComponentIfAny<T>(Func<T, Target>[] targets) => build is T component ? Values(component, targets) : [];

    /// <summary>Without a name it is the component's only target.</summary>
    private Target[] Values<T>(T component, Func<T, Target>[] targets) =>
        targets.Length > 0 ? targets.Select(x => x(component)).ToArray() : [(Target)SingleOf<T>(typeof(Target)).GetValue(component)];

    private PropertyInfo SingleOf<T>(Type kind) =>
        typeof(T).GetProperties(MemberExtensions.Everything).Where(x => x.PropertyType == kind && !x.Name.Contains('.', StringComparison.Ordinal)).ToList() is [var only]
            ? only
            : throw new InvalidOperationException($"Target '{Target.Name}' refers to the {kind.Name.ToLowerInvariant()} of '{typeof(T).Name}', which has to have exactly one");

    /// <summary>A condition as it was written, on one line and without <c>() =></c>.</summary>
    private static string Readable(string expression) =>
        string.Join(' ', (expression ?? string.Empty).Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)).TrimStart("() => ");

    private static PropertyInfo BaseOf(PropertyInfo property)
    {
        for (var type = property.DeclaringType?.BaseType; type is not null; type = type.BaseType)
        {
            if (type.GetProperty(property.Name, MemberExtensions.Everything | BindingFlags.DeclaredOnly) is { } overridden)
                return overridden;
        }

        throw new InvalidOperationException($"Target '{property.ShortName()}' has no base to begin with");
    }
}
