using Acci.Oci.Registries;

namespace Acci.Oci.Tests.Registries;

/// <summary>Does something once so many bytes were sent; until it is done, nothing more is sent.</summary>
internal sealed class ProgressTrigger(long bytes, Action action) : IProgress<TransferProgress>
{
    private bool _done;

    public void Report(TransferProgress value)
    {
        if (_done || value.BytesDone < bytes) return;
        _done = true;
        action();
    }
}
