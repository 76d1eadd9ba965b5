using Acci.Generation.Workflows;
using Nuke.Common;

namespace Acci.Components;

/// <summary>The actions that workflows may use.</summary>
public interface IHazActions : INukeBuild
{
    /// <summary>Each of them pinned to a commit, in <c>deploy/locks/actions.json</c>.</summary>
    ActionLocks Actions => ActionLocks.Read(RootDirectory / "deploy" / "locks" / "actions.json");
}
