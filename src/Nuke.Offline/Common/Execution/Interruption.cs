using System.Runtime.InteropServices;
using Nuke.Common.Tooling;

namespace Nuke.Common.Execution;

/// <summary>
/// Ctrl-C, or being told to end: what the build has started is ended, the running target gets the time to clean up behind
/// itself, and then, or at the second time, the process ends.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>A target may have to put something back over a slow network.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    private readonly PosixSignalRegistration[] _registrations;
    private readonly ManualResetEventSlim _ended = new();
    private readonly Func<bool> _isTargetRunning;
    private readonly Action<int> _finish;

    /// <param name="isTargetRunning">Whether something has to be waited for.</param>
    /// <param name="finish">Ends the build, and the process with the exit code.</param>
    public Interruption(Func<bool> isTargetRunning, Action<int> finish)
    {
        _isTargetRunning = isTargetRunning;
        _finish = finish;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, x => Interrupt(x, 130)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, x => Interrupt(x, 143)),
        ];
    }

    /// <summary>Whether it has happened.</summary>
    public bool IsRequested => ExitCode is not null;

    /// <summary>128 and the number of the signal, as a shell has it; null if nothing has happened.</summary>
    public int? ExitCode { get; private set; }

    public void Dispose()
    {
        _ended.Set();
        Array.ForEach(_registrations, x => x.Dispose());
    }

    private void Interrupt(PosixSignalContext context, int exitCode)
    {
        context.Cancel = true;
        if (IsRequested)
            Environment.Exit(exitCode);

        ExitCode = exitCode;
        ConsoleOutput.WriteLine();
        ConsoleOutput.WriteLine("Interrupted", Style.Warning);
        ChildProcess.KillAll();
        new Thread(() =>
        {
            if (!_isTargetRunning() || !_ended.Wait(Grace))
                _finish(exitCode);
        }) { IsBackground = true }.Start();
    }
}
