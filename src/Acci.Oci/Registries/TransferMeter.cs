using Acci.Oci.Manifests;

namespace Acci.Oci.Registries;

/// <summary>Adds up what the parallel parts of a transfer report, and passes it on a few times a second.</summary>
internal sealed class TransferMeter(IProgress<TransferProgress>? progress, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private readonly Queue<(long Time, long Bytes)> _samples = [];
    private long _lastReport = time.GetTimestamp();
    private TransferProgress _state;

    /// <summary>States what there is to do.</summary>
    public void Start(IReadOnlyCollection<Descriptor> blobs) =>
        Change(x => x with { BytesTotal = blobs.Sum(blob => blob.Size), BlobsTotal = blobs.Count }, always: true);

    /// <summary>Bytes were sent; a negative count takes back what has to be sent again.</summary>
    public void Add(long bytes) => Change(x => x with { BytesDone = x.BytesDone + bytes }, always: false);

    /// <summary>A blob is in the registry.</summary>
    public void BlobDone() => Change(x => x with { BlobsDone = x.BlobsDone + 1 }, always: true);

    private void Change(Func<TransferProgress, TransferProgress> change, bool always)
    {
        if (progress is null) return;
        lock (_lock)
        {
            _state = change(_state);
            var now = time.GetTimestamp();
            if (!always && time.GetElapsedTime(_lastReport, now) < Interval) return;
            _lastReport = now;
            progress.Report(_state = _state with { BytesPerSecond = Rate(now) });
        }
    }

    private double Rate(long now)
    {
        _samples.Enqueue((now, _state.BytesDone));
        while (_samples.Count > 2 && time.GetElapsedTime(_samples.Peek().Time, now) > Window) _samples.Dequeue();
        var (since, bytes) = _samples.Peek();
        var seconds = time.GetElapsedTime(since, now).TotalSeconds;
        return seconds > 0 ? Math.Max(0, (_state.BytesDone - bytes) / seconds) : 0;
    }
}
