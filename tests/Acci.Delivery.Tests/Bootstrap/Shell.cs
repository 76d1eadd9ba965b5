namespace Acci.Delivery.Tests.Bootstrap;

/// <summary>What a build is started from, each with a script of its own.</summary>
public enum Shell
{
    /// <summary><c>build.sh</c>.</summary>
    Bash,

    /// <summary><c>build.ps1</c>.</summary>
    PowerShell,
}
