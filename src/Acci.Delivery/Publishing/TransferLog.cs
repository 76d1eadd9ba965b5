using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>Says how far a push is, at most once in two seconds.</summary>
internal sealed class TransferLog(string image, TimeProvider time) : IProgress<TransferProgress>
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly Lock _lock = new();
    private long _last = time.GetTimestamp();

    public void Report(TransferProgress value)
    {
        lock (_lock)
        {
            if (time.GetElapsedTime(_last) < Pause) return;
            _last = time.GetTimestamp();
        }

        Log.Information(
            "{Image}: {Done:0.0} of {Total:0.0} MB pushed, {Rate:0.0} MB/s", image, value.BytesDone / 1e6, value.BytesTotal / 1e6, value.BytesPerSecond / 1e6);
    }
}
