using System.Runtime.InteropServices;

namespace Acci.Components;

/// <summary>Ctrl-C and the signal a CI runner sends: the one token that everything the build does listens to.</summary>
public static class Interruption
{
    private static readonly CancellationTokenSource Source = new();
    private static readonly PosixSignalRegistration[] Registrations = [Listen(PosixSignal.SIGINT), Listen(PosixSignal.SIGTERM)];

    /// <summary>Cancelled at the first Ctrl-C; a second one ends the process at once.</summary>
    public static CancellationToken Token => Registrations.Length > 0 ? Source.Token : default;

    private static PosixSignalRegistration Listen(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = !Source.IsCancellationRequested;
        Source.Cancel();
    });
}
