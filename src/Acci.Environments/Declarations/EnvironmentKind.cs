namespace Acci.Environments.Declarations;

/// <summary>What an environment is for.</summary>
public enum EnvironmentKind
{
    /// <summary>For users: published images, and no secret in a file that is checked in.</summary>
    Production,

    /// <summary>For developers, on their own machine: it may build from the source, and its secrets may be known.</summary>
    Development,
}
