using System.Linq.Expressions;
using System.Reflection;
using Nuke.Common.Tooling;
using Nuke.Common.Utilities;
using Nuke.Common.ValueInjection;

namespace Nuke.Common.Execution;

/// <summary>Checks, before anything runs, that everything is there.</summary>
internal static class Requirements
{
    public static void Validate(NukeBuild build, IReadOnlyCollection<ExecutableTarget> scheduledTargets)
    {
        foreach (var target in scheduledTargets)
        {
            foreach (var requirement in target.DelegateRequirements)
                Validate(build, target, requirement);
            foreach (var tool in target.ToolRequirements.OfType<PathToolRequirement>())
                Check.That(
                    ToolPathResolver.TryGetPathExecutable(tool.PathExecutable) is not null,
                    $"Target '{target.Name}' requires the tool '{tool.PathExecutable}', which is not in the directories of the PATH variable");
        }

        // What the class itself declares goes before what its components declare of that name.
        foreach (var (member, attribute) in build.InjectionMembers.DistinctBy(x => x.Member.ShortName()))
        {
            if (member.IsDefined(typeof(RequiredAttribute)) && !member.IsDefined(typeof(OnDemandAttribute)) && IsMissing(member.GetValueOf(build)))
                Check.That(TryPrompt(build, member, attribute as ParameterAttribute), $"Member '{member.ShortName()}' is required to be not null or empty");
        }
    }

    private static void Validate(NukeBuild build, ExecutableTarget target, LambdaExpression requirement)
    {
        if (requirement is Expression<Func<bool>> condition)
        {
            if (!condition.Evaluate())
                Assert.Fail($"Target '{target.Name}' requires '{requirement.Body}'");
            return;
        }

        var required = requirement.TryGetMember();
        InjectionMembers.Inject(build.InjectionMembers.Where(x => x.Member == required && required.IsDefined(typeof(OnDemandAttribute))), build);

        if (!IsMissing(requirement.Compile(preferInterpretation: true).DynamicInvoke()))
            return;

        var member = requirement.GetMember();
        Check.That(
            TryPrompt(build, member, member.GetCustomAttribute<ParameterAttribute>()),
            $"Target '{target.Name}' requires member '{member.ShortName()}' to be not null or empty");
    }

    private static bool IsMissing(object value) => value is null or "";

    /// <summary>Asks whoever sits at the terminal; false if nobody does.</summary>
    private static bool TryPrompt(NukeBuild build, MemberInfo member, ParameterAttribute parameter)
    {
        if (parameter is null || !ConsoleUtility.CanPrompt || member.DeclaringType!.IsInterface || !member.IsSettable())
            return false;
        parameter.Build = build;
        var question = parameter.Description ?? member.ShortName();
        var choices = parameter.GetValueSet(member, build)?.ToArray();
        var value =
            choices is { Length: > 0 } ? ConsoleUtility.PromptForChoice(question, choices.Select(x => (x.Object, x.Text)).ToArray()) :
            member.IsDefined(typeof(SecretAttribute)) ? ConsoleUtility.PromptForSecret(question) :
            ConsoleUtility.PromptForInput(question, null) is { Length: > 0 } input ? ValueConversion.Convert(input, member.MemberType()) : null;
        if (IsMissing(value))
            return false;
        member.SetValueOf(build, value);
        return true;
    }
}
