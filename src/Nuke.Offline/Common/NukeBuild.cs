using System.Linq.Expressions;
using System.Reflection;
using Nuke.Common.Execution;
using Nuke.Common.Tooling;
using Nuke.Common.Utilities;
using Nuke.Common.ValueInjection;

namespace Nuke.Common;

/// <summary>
/// The base of a build: its properties of type <see cref="Target"/>, and those of the components it implements, are what it can do.
/// </summary>
[ArgumentsFromParametersFile(Priority = 150)]
[InjectParameterValues(Priority = 100)]
[GenerateBuildSchema(Priority = 75)]
[HandlePlanRequests(Priority = 10)]
[HandleHelpRequests(Priority = 5)]
[InjectNonParameterValues(Priority = -100)]
[EventInvoker(Priority = float.MinValue)]
public abstract partial class NukeBuild : INukeBuild
{
    /// <summary>A build; parameters get their values afterwards.</summary>
    protected NukeBuild()
    {
    }

    /// <summary>The targets that were, are, or will be run, in order.</summary>
    public IReadOnlyCollection<ExecutableTarget> ExecutionPlan { get; set; } = [];

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> InvokedTargets => ExecutionPlan.Where(x => x.Invoked).ToList();

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> SkippedTargets => With(ExecutionStatus.Skipped);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> ScheduledTargets => With(ExecutionStatus.Scheduled);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> RunningTargets => With(ExecutionStatus.Running);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> AbortedTargets => With(ExecutionStatus.Aborted);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> FailedTargets => With(ExecutionStatus.Failed);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> SucceededTargets => With(ExecutionStatus.Succeeded);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> FinishedTargets =>
        ExecutionPlan.Where(x => x.Status is ExecutionStatus.Failed or ExecutionStatus.Succeeded).ToList();

    /// <inheritdoc/>
    public bool IsSucceeding => !IsFailing;

    /// <inheritdoc/>
    public bool IsFailing => ExecutionPlan.Any(x => x.Status is ExecutionStatus.Failed or ExecutionStatus.Aborted or ExecutionStatus.NotRun);

    /// <inheritdoc/>
    public bool IsFinished => ExecutionPlan.All(x => x.Status is not (ExecutionStatus.Scheduled or ExecutionStatus.Running));

    /// <inheritdoc/>
    public int? ExitCode { get; set; }

    internal IReadOnlyCollection<ExecutableTarget> ExecutableTargets { get; set; } = [];

    internal IReadOnlyList<InjectionMember> InjectionMembers { get; set; } = [];

    /// <summary>Runs the build: what <c>Main</c> returns.</summary>
    /// <param name="defaultTargetExpressions">What runs when nothing is asked for.</param>
    protected static int Execute<T>(params Expression<Func<T, Target>>[] defaultTargetExpressions)
        where T : NukeBuild =>
        BuildManager.Execute(defaultTargetExpressions);

    /// <inheritdoc/>
    public void ReportSummary(Configure<Dictionary<string, string>> configurator = null)
    {
        var target = RunningTargets.FirstOrDefault();
        Check.That(target is not null, "A summary can only be reported by a target that runs");
        var facts = configurator.InvokeSafe([]);
        target.SummaryInformation.Clear();
        foreach (var (key, value) in facts)
            target.SummaryInformation[key] = value;
        BuildManager.Notify<IOnTargetSummaryUpdated>(this, x => x.OnTargetSummaryUpdated(this, target));
    }

    T INukeBuild.TryGetValue<T>(Expression<Func<T>> parameterExpression) =>
        ValueInjection.InjectionMembers.TryGetValue<T>(parameterExpression.GetMember(), this);

    T INukeBuild.TryGetValue<T>(Expression<Func<object>> parameterExpression) =>
        ValueInjection.InjectionMembers.TryGetValue<T>(parameterExpression.GetMember(), this);

    /// <summary>Called when the targets are known and parameters have their values.</summary>
    protected internal virtual void OnBuildCreated()
    {
    }

    /// <summary>Called when the plan is made.</summary>
    protected internal virtual void OnBuildInitialized()
    {
    }

    /// <summary>Called when everything is done.</summary>
    protected internal virtual void OnBuildFinished()
    {
    }

    /// <summary>Called before a target runs.</summary>
    protected internal virtual void OnTargetRunning(string target)
    {
    }

    /// <summary>Called when a target is skipped.</summary>
    protected internal virtual void OnTargetSkipped(string target)
    {
    }

    /// <summary>Called when a target has succeeded.</summary>
    protected internal virtual void OnTargetSucceeded(string target)
    {
    }

    /// <summary>Called when a target has failed.</summary>
    protected internal virtual void OnTargetFailed(string target)
    {
    }

    internal bool IsOutputEnabled(DefaultOutput output) =>
        !GetType().GetCustomAttributes<DisableDefaultOutputAttribute>().Any(x => x.DisabledOutputs.Contains(output) && x.IsApplicable(this));

    private List<ExecutableTarget> With(ExecutionStatus status) => ExecutionPlan.Where(x => x.Status == status).ToList();
}
