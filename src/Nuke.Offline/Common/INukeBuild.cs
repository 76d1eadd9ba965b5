using System.Linq.Expressions;
using Nuke.Common.CI;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using Nuke.Common.Tooling;

namespace Nuke.Common;

/// <summary>A build, as its components see it.</summary>
public interface INukeBuild
{
    /// <summary>The root of the repository: the directory with <c>.nuke</c>.</summary>
    AbsolutePath RootDirectory { get; }

    /// <summary><c>.nuke/temp</c>.</summary>
    AbsolutePath TemporaryDirectory { get; }

    /// <summary>The build's assembly.</summary>
    AbsolutePath BuildAssemblyFile { get; }

    /// <summary>Where the build's assembly is.</summary>
    AbsolutePath BuildAssemblyDirectory { get; }

    /// <summary>The build's project.</summary>
    AbsolutePath BuildProjectFile { get; }

    /// <summary>Where the build's project is.</summary>
    AbsolutePath BuildProjectDirectory { get; }

    /// <summary>Where the build runs: a terminal or a build server.</summary>
    Host Host { get; }

    /// <summary>Whether it runs on somebody's own machine.</summary>
    bool IsLocalBuild { get; }

    /// <summary>Whether it runs on a build server.</summary>
    bool IsServerBuild { get; }

    /// <summary>How much is written.</summary>
    Verbosity Verbosity { get; }

    /// <summary>Whether the plan is asked for.</summary>
    bool Plan { get; }

    /// <summary>Whether the help is asked for.</summary>
    bool Help { get; }

    /// <summary>Whether the first line is left out.</summary>
    bool NoLogo { get; }

    /// <summary>Whether a failed attempt is continued.</summary>
    bool Continue { get; }

    /// <summary>Which part of the work is this machine's.</summary>
    Partition Partition { get; }

    /// <summary>The targets that were asked for.</summary>
    IReadOnlyCollection<ExecutableTarget> InvokedTargets { get; }

    /// <summary>The targets that are skipped.</summary>
    IReadOnlyCollection<ExecutableTarget> SkippedTargets { get; }

    /// <summary>The targets that were, are, or will be run, in order.</summary>
    IReadOnlyCollection<ExecutableTarget> ExecutionPlan { get; }

    /// <summary>The targets still to come.</summary>
    IReadOnlyCollection<ExecutableTarget> ScheduledTargets { get; }

    /// <summary>The target that runs.</summary>
    IReadOnlyCollection<ExecutableTarget> RunningTargets { get; }

    /// <summary>The targets that were interrupted.</summary>
    IReadOnlyCollection<ExecutableTarget> AbortedTargets { get; }

    /// <summary>The targets that failed.</summary>
    IReadOnlyCollection<ExecutableTarget> FailedTargets { get; }

    /// <summary>The targets that succeeded.</summary>
    IReadOnlyCollection<ExecutableTarget> SucceededTargets { get; }

    /// <summary>The targets that are done, one way or another.</summary>
    IReadOnlyCollection<ExecutableTarget> FinishedTargets { get; }

    /// <summary>Whether nothing has gone wrong so far.</summary>
    bool IsSucceeding { get; }

    /// <summary>Whether something has gone wrong.</summary>
    bool IsFailing { get; }

    /// <summary>Whether no target is left to run.</summary>
    bool IsFinished { get; }

    /// <summary>The exit code, if the build sets one.</summary>
    int? ExitCode { get; set; }

    /// <summary>Adds facts to the running target's line of the summary.</summary>
    void ReportSummary(Configure<Dictionary<string, string>> configurator = null);

    /// <summary>The value of a component's parameter: <c>TryGetValue(() => Name)</c>.</summary>
    T TryGetValue<T>(Expression<Func<T>> parameterExpression)
        where T : class;

    /// <summary>The value of a component's parameter that is no object: <c>TryGetValue&lt;int?&gt;(() => Count)</c>.</summary>
    T TryGetValue<T>(Expression<Func<object>> parameterExpression);
}
