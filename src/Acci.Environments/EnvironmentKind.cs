namespace Acci.Environments;

/// <summary>What an environment is for, which decides what runs in it.</summary>
public enum EnvironmentKind
{
    /// <summary>The published image, several replicas, nothing of the stores reachable from outside.</summary>
    Production,

    /// <summary>The source, rebuilt when it changes, and the stores reachable from this machine.</summary>
    Development,
}
