using System.Runtime.InteropServices;
using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;

namespace Acci.Components;

/// <summary>
/// Ctrl-C and the signal a CI runner sends. The running target gets time to clean up behind itself; then, or at the second signal, the process ends.
/// </summary>
public static class Interruption
{
    // A target may have to put something back over a slow network.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly CancellationTokenSource Source = new();

    private static PosixSignalRegistration[]? s_signals;
    private static int s_buildThread;

    /// <summary>Cancelled at the first signal: what everything the build does listens to.</summary>
    public static CancellationToken Token => Source.Token;

    /// <summary>128 and the number of the signal, as a shell has it; null when nothing has happened.</summary>
    public static int? ExitCode { get; private set; }

    /// <summary>Whether the build was interrupted.</summary>
    public static bool IsRequested => ExitCode is not null;

    /// <summary>Whether this is not the thread that runs the build: an engine reacts to a signal on one of its own.</summary>
    internal static bool IsSignalThread => IsRequested && Environment.CurrentManagedThreadId != s_buildThread;

    /// <summary>Whether the running target has nothing to clean up: after an interruption nobody wants what it starts, nor what it fails with.</summary>
    internal static bool IsNothingToCleanUp { get; set; }

    /// <summary>Begins to listen. Before the engine does, so that it finds the interruption known.</summary>
    internal static void Listen()
    {
        if (s_signals is not null) return;
        s_buildThread = Environment.CurrentManagedThreadId;
        // As the engine does it: handlers of one event are called in the order they were added.
        Console.CancelKeyPress += (_, x) => x.Cancel = Interrupt(130);
        // A terminal that is closed, or a connection that is lost, ends the build as a runner does.
        s_signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, x => x.Cancel = Interrupt(143)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, x => x.Cancel = Interrupt(129)),
        ];
    }

    /// <returns>Always true: the process ends here, and not by the signal.</returns>
    private static bool Interrupt(int exitCode)
    {
        if (ExitCode is { } first)
        {
            EndNow(first);
            return true;
        }

        ExitCode = exitCode;
        Console.WriteLine();
        Console.WriteLine("Interrupted");
        KillOthers();
        new Thread(() =>
        {
            for (var waited = TimeSpan.Zero; waited < Grace; waited += Pause)
            {
                Thread.Sleep(Pause);
                if (IsNothingToCleanUp) KillOthers();
            }

            EndNow(exitCode);
        }) { IsBackground = true }.Start();
        Source.Cancel();
        return true;
    }

    // What CommandRunner started is interrupted by the token.
    private static void KillOthers() => ChildProcesses.Kill(except: CommandRunner.Running);

    private static void EndNow(int exitCode)
    {
        // Once more at the very end: the target goes on until then, and may start the next program.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => ChildProcesses.Kill(except: []);
        ChildProcesses.Kill(except: []);
        foreach (var statement in Unfinished.Statements) Serilog.Log.Error("{Statement:l}", statement);
        Serilog.Log.CloseAndFlush();
        Environment.Exit(exitCode);
    }
}
