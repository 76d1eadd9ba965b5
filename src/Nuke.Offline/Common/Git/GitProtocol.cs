namespace Nuke.Common.Git;

/// <summary>How a remote repository is spoken to.</summary>
public enum GitProtocol
{
    /// <summary>By HTTPS.</summary>
    Https,

    /// <summary>By SSH.</summary>
    Ssh,
}
