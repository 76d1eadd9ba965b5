using System.Reflection.Metadata;
using Acci.Hosting;

[assembly: MetadataUpdateHandler(typeof(HotReload))]

namespace Acci.Hosting;

/// <summary>
/// <c>dotnet watch</c> has put changed code into the running app. What runs at the start alone, such as what is mapped where, would not be run again, so the app is
/// stopped and built anew in the same process. No published app can be changed like this.
/// </summary>
internal static class HotReload
{
    private static int _isPending;
    private static Action? _stop;

    /// <summary>Names what stops the app that is about to run.</summary>
    internal static void WouldStop(Action stop)
    {
        if (MetadataUpdater.IsSupported)
            Volatile.Write(ref _stop, stop);
    }

    /// <summary>Whether code has changed since the last time this was asked.</summary>
    internal static bool TakeChange() => Interlocked.Exchange(ref _isPending, 0) != 0;

    /// <summary>Called by the runtime.</summary>
    internal static void UpdateApplication(Type[]? _)
    {
        Volatile.Write(ref _isPending, 1);
        Volatile.Read(ref _stop)?.Invoke();
    }
}
