namespace Acci;

/// <summary>What the app is run for; <c>RUN_MODE</c>.</summary>
public enum RunMode
{
    /// <summary>For users: structured logs, no detail in an error's answer.</summary>
    Prod,

    /// <summary>For developers: readable logs.</summary>
    Dev,
}
