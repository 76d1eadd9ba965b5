using Acci.Generation.Workflows;

namespace Acci.Components;

/// <summary>The actions that workflows may use.</summary>
public interface IHazActions : IHazLayout
{
    /// <summary>Each of them pinned to a commit, in the lock file of actions.</summary>
    ActionLocks Actions => ActionLocks.Read(RootDirectory / Layout.ActionLocks);
}
