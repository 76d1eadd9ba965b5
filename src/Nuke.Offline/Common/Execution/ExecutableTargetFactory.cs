using System.Linq.Expressions;
using System.Reflection;
using Nuke.Common.Utilities;
using Nuke.Common.Utilities.Collections;

namespace Nuke.Common.Execution;

/// <summary>Reads the targets of a build.</summary>
internal static class ExecutableTargetFactory
{
    public static IReadOnlyCollection<ExecutableTarget> CreateAll<T>(T build, IEnumerable<Expression<Func<T, Target>>> defaultTargets)
        where T : NukeBuild
    {
        var defaults = defaultTargets.Select(x => x.GetMember().ShortName()).ToHashSet(StringComparer.Ordinal);
        var definitions = TargetPropertiesOf(build.GetType()).Select(x => Define(x, build, defaults)).ToList();
        var byFactory = new Dictionary<Delegate, ExecutableTarget>();
        foreach (var definition in definitions)
            byFactory.TryAdd(definition.Target.Factory, definition.Target);

        foreach (var definition in definitions)
        {
            var target = definition.Target;
            target.ExecutionDependencies.AddRange(Known(definition.Dependencies));
            target.OrderDependencies.AddRange(Known(definition.Predecessors));
            Known(definition.Dependents).ForEach(x => x.ExecutionDependencies.Add(target));
            Known(definition.Successors).ForEach(x => x.OrderDependencies.Add(target));
            Known(definition.TriggeredTargets).ForEach(x => Trigger(target, x));
            Known(definition.TriggeringTargets).ForEach(x => Trigger(x, target));
            foreach (var (consumed, artifacts) in definition.Consumed)
            {
                var producer = Known([consumed]).Single();
                target.ArtifactDependencies.AddRange(producer, artifacts.Length > 0 ? artifacts : producer.ArtifactProducts);
            }

            IEnumerable<ExecutableTarget> Known(IEnumerable<Delegate> factories) => factories.Select(x => byFactory.TryGetValue(x, out var known)
                ? known
                : throw new InvalidOperationException($"Target '{target.Name}' refers to a target that '{build.GetType().Name}' does not have"));
        }

        return definitions.Select(x => x.Target).ToList();

        static void Trigger(ExecutableTarget trigger, ExecutableTarget triggered)
        {
            trigger.Triggers.Add(triggered);
            triggered.TriggerDependencies.Add(trigger);
        }
    }

    /// <summary>Those of the class, then those of its components; one that the class implements itself counts once.</summary>
    private static List<PropertyInfo> TargetPropertiesOf(Type build)
    {
        var properties = DeclaredBy(build).DistinctBy(x => x.Name).ToList();
        foreach (var property in build.GetInterfaces().SelectMany(DeclaredBy))
        {
            var same = properties.Find(x => x.Name == property.Name);
            if (same is null)
                properties.Add(property);
            else if (!same.DeclaringType!.IsInterface && !same.GetMethod!.IsPublic)
                throw new InvalidOperationException($"Target '{property.Name}' of '{same.DeclaringType.Name}' has to be public to take the place of that of '{property.DeclaringType!.Name}'");
            else if (same.DeclaringType!.IsInterface)
                throw new InvalidOperationException(
                    $"Target '{property.Name}' is declared by '{same.DeclaringType.Name}' and by '{property.DeclaringType!.Name}': '{build.Name}' has to declare it, too");
        }

        return properties;

        static IEnumerable<PropertyInfo> DeclaredBy(Type type) => type
            .GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(x => x.PropertyType == typeof(Target) || x.PropertyType == typeof(Setup) || x.PropertyType == typeof(Cleanup))
            .Where(x => !x.Name.Contains('.', StringComparison.Ordinal)); // explicit implementations of what is declared elsewhere
    }

    private static TargetDefinition Define(PropertyInfo property, NukeBuild build, HashSet<string> defaults)
    {
        var factory = (Delegate)property.GetValue(build);
        var target = new ExecutableTarget
        {
            Name = property.ShortName(),
            Member = property,
            Factory = factory,
            IsDefault = defaults.Contains(property.ShortName()),
        };
        // What the class implements explicitly is defined, and named in Base() and Inherit(), by the class.
        var definition = new TargetDefinition(target, build, property);
        _ = factory.NotNull($"Target '{target.Name}' has no definition") switch
        {
            Setup setup => setup(definition),
            Cleanup cleanup => cleanup(definition),
            var other => ((Target)other)(definition),
        };
        return definition;
    }
}
