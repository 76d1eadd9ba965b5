using Acci.Delivery.Processes;

namespace Acci.Components;

/// <summary>Whether what the build prints has colours: in a terminal, and in GitHub Actions' log. Source: https://no-color.org.</summary>
internal static class ConsoleColors
{
    private const string Terminal = "TERM", None = "dumb";

    /// <summary>Whether it has.</summary>
    public static bool AreWanted { get; } = ProcessEnvironment.Read() is var environment
        && environment.Find("NO_COLOR") is null
        && environment.Find(Terminal) != None
        && (!Console.IsOutputRedirected || environment.Find("GITHUB_ACTIONS") is not null);

    /// <summary>NUKE asks only which terminal this is, and colours what goes to a file, too. Before the console is touched, which asks the same.</summary>
    public static void TellEngine()
    {
        if (AreWanted || ProcessEnvironment.Read().Find(Terminal) is not { } terminal) return;
        CommandRunner.Hidden[Terminal] = terminal;
        Environment.SetEnvironmentVariable(Terminal, None);
    }
}
