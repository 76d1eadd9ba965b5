namespace Nuke.Common.Execution;

/// <summary>Somebody's own machine.</summary>
public class Terminal : Host
{
    /// <summary>Whether a terminal is there that understands colours.</summary>
    public static bool IsRunningTerminal => Environment.GetEnvironmentVariable("TERM") is not null and not "dumb";
}
