using System.Diagnostics;
using System.Linq.Expressions;
using System.Reflection;
using Nuke.Common.Tooling;
using Nuke.Common.Utilities.Collections;

namespace Nuke.Common.Execution;

/// <summary>A target with all that its definition says and what has become of it.</summary>
[DebuggerDisplay("{" + nameof(Name) + "}")]
public class ExecutableTarget
{
    private readonly Stopwatch _stopwatch = new();

    /// <summary>Its name.</summary>
    public string Name { get; set; }

    /// <summary>A line for the help.</summary>
    public string Description { get; set; }

    /// <summary>The property it was read from.</summary>
    public MemberInfo Member { get; set; }

    /// <summary>The property's value.</summary>
    public Delegate Factory { get; set; }

    /// <summary>Whether the help lists it.</summary>
    public bool Listed { get; set; } = true;

    /// <summary>Whether it runs when nothing is asked for.</summary>
    public bool IsDefault { get; set; }

    /// <summary>Whether it was asked for.</summary>
    public bool Invoked { get; set; }

    /// <summary>What it does.</summary>
    public List<Action> Actions { get; } = [];

    /// <summary>Everything that runs before it.</summary>
    public IReadOnlyCollection<ExecutableTarget> AllDependencies =>
        ExecutionDependencies.Concat(OrderDependencies).Concat(TriggerDependencies).Distinct().ToList();

    /// <summary>What it cannot do without.</summary>
    public List<ExecutableTarget> ExecutionDependencies { get; } = [];

    /// <summary>What runs before it, if it runs at all.</summary>
    public List<ExecutableTarget> OrderDependencies { get; } = [];

    /// <summary>What makes it run.</summary>
    public List<ExecutableTarget> TriggerDependencies { get; } = [];

    /// <summary>What it makes run.</summary>
    public List<ExecutableTarget> Triggers { get; } = [];

    /// <summary>Conditions looked at before the build begins, as text and function.</summary>
    public List<(string Text, Func<bool> Delegate)> StaticConditions { get; } = [];

    /// <summary>Conditions looked at when it is the target's turn, as text and function.</summary>
    public List<(string Text, Func<bool> Delegate)> DynamicConditions { get; } = [];

    /// <summary>What becomes of its dependencies if it is skipped.</summary>
    public DependencyBehavior DependencyBehavior { get; internal set; }

    /// <summary>What must hold, or have a value, before anything runs.</summary>
    public List<LambdaExpression> DelegateRequirements { get; } = [];

    /// <summary>The tools it needs.</summary>
    public List<ToolRequirement> ToolRequirements { get; } = [];

    /// <summary>Whether the build goes on if it fails.</summary>
    public bool ProceedAfterFailure { get; internal set; }

    /// <summary>Whether it runs even if another target has failed.</summary>
    public bool AssuredAfterFailure { get; internal set; }

    /// <summary>Files that it makes.</summary>
    public List<string> ArtifactProducts { get; } = [];

    /// <summary>Files of others that it uses.</summary>
    public LookupTable<ExecutableTarget, string> ArtifactDependencies { get; } = new();

    /// <summary>Over how many machines it can be split.</summary>
    public int? PartitionSize { get; set; }

    /// <summary>What has become of it.</summary>
    public ExecutionStatus Status { get; set; }

    /// <summary>How long it has run.</summary>
    public TimeSpan Duration => _stopwatch.Elapsed;

    /// <summary>The condition that did not hold.</summary>
    public string OnlyWhen { get; set; }

    /// <summary>Why it was skipped, other than by a condition.</summary>
    public string Skipped { get; set; }

    /// <summary>Facts for its line of the summary.</summary>
    public Dictionary<string, string> SummaryInformation { get; } = [];

    internal void Start()
    {
        Status = ExecutionStatus.Running;
        _stopwatch.Start();
    }

    internal void Finish(ExecutionStatus status)
    {
        _stopwatch.Stop();
        Status = status;
    }
}
