using Nuke.Common.Utilities;
using Serilog;

namespace Nuke.Common.Execution;

/// <summary>Runs the targets of the plan.</summary>
internal static class BuildExecutor
{
    public static void Execute(NukeBuild build)
    {
        SkipByParameter(build);
        foreach (var target in build.ScheduledTargets)
            SkipByCondition(build, target, target.StaticConditions);
        Requirements.Validate(build, build.ScheduledTargets);

        var attempt = BuildAttempt.Begin(build);
        var failed = false;
        foreach (var target in build.ExecutionPlan)
        {
            if (target.Status != ExecutionStatus.Scheduled || (failed && !target.AssuredAfterFailure))
                continue;

            // What it brings with it is still wanted.
            if (attempt.HasSucceeded(target))
                (target.Status, target.Skipped) = (ExecutionStatus.Skipped, "succeeded in the previous attempt");
            else
                Run(build, target);

            if (target.Status == ExecutionStatus.Succeeded || attempt.HasSucceeded(target))
                attempt.Add(target);
            failed |= target is { Status: ExecutionStatus.Failed or ExecutionStatus.Aborted, ProceedAfterFailure: false };
        }

        GiveUp(build);
    }

    /// <summary>What still waits will not run, and what still runs counts as interrupted.</summary>
    public static void GiveUp(NukeBuild build)
    {
        foreach (var target in build.RunningTargets)
            target.Finish(ExecutionStatus.Aborted);
        foreach (var target in build.ScheduledTargets)
            target.Status = ExecutionStatus.NotRun;
    }

    private static void Run(NukeBuild build, ExecutableTarget target)
    {
        using var logging = Logging.SetTarget(target.Name);
        try
        {
            if (SkipByCondition(build, target, target.DynamicConditions))
                return;
            if (target.Actions.Count == 0)
            {
                target.Status = ExecutionStatus.Collective;
                return;
            }

            using var block = NukeBuild.Host.WriteBlock(target.Name);
            try
            {
                target.Start();
                BuildManager.Notify<IOnTargetRunning>(build, x => x.OnTargetRunning(target));
                target.Actions.ForEach(x => x());
                target.Finish(ExecutionStatus.Succeeded);
                BuildManager.Notify<IOnTargetSucceeded>(build, x => x.OnTargetSucceeded(target));
            }
            catch (Exception exception)
            {
                Fail(build, target, exception.Unwrap());
            }
        }
        catch (Exception exception)
        {
            Fail(build, target, exception.Unwrap());
        }
    }

    private static void Fail(NukeBuild build, ExecutableTarget target, Exception exception)
    {
        target.Finish(ExecutionStatus.Failed);
        if (target.SummaryInformation.Count == 0)
            target.SummaryInformation[exception.GetType().Name] = exception.Message.SplitLineBreaks()[0];
        Log.Error(exception, "Target {TargetName} has thrown an exception", target.Name);
        BuildManager.Notify<IOnTargetFailed>(build, x => x.OnTargetFailed(target));
    }

    private static void SkipByParameter(NukeBuild build)
    {
        if (build.SkippedTargetNames is not { } names)
            return;
        var skipped = names.Select(x => ExecutionPlanner.Find(x, build.ExecutableTargets)).ToHashSet();
        foreach (var target in build.ExecutionPlan.Where(x => skipped.Count == 0 ? !x.Invoked : skipped.Contains(x)))
            Skip(build, target, "via parameter");
    }

    private static bool SkipByCondition(NukeBuild build, ExecutableTarget target, IEnumerable<(string Text, Func<bool> Delegate)> conditions)
    {
        if (target.Status != ExecutionStatus.Scheduled || conditions.Where(x => !x.Delegate()).Select(x => x.Text).ToList() is not { Count: > 0 } violated)
            return false;
        target.OnlyWhen = string.Join(" && ", violated);
        Skip(build, target, reason: null);
        return true;
    }

    private static void Skip(NukeBuild build, ExecutableTarget target, string reason)
    {
        if (target.Status != ExecutionStatus.Scheduled)
            return;
        target.Status = ExecutionStatus.Skipped;
        target.Skipped = reason;
        BuildManager.Notify<IOnTargetSkipped>(build, x => x.OnTargetSkipped(target));
        if (target.DependencyBehavior == DependencyBehavior.Execute)
            return;

        foreach (var needless in target.ExecutionDependencies.Concat(target.Triggers))
        {
            var isNeeded = needless.Invoked ||
                           build.ScheduledTargets.Any(x => x.ExecutionDependencies.Contains(needless) || x.Triggers.Contains(needless));
            if (!isNeeded)
                Skip(build, needless, $"because of {target.Name}");
        }
    }
}
