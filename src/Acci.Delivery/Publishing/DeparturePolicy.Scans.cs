namespace Acci.Delivery.Publishing;

// Which scan lets an image go, and where none is needed.
public sealed partial class DeparturePolicy
{
    /// <summary>Whether an image that was not scanned may be published all the same: on this machine, when it was said that there is no scanner.</summary>
    public bool MayGoUnscanned(PublishRecord record) => record.NotScanned is not null && !IsScanRequired && isThisMachine;

    /// <summary>An image cannot be scanned: it may be published all the same, on this machine.</summary>
    /// <exception cref="DeliveryException">It may not.</exception>
    public void EnsureMayGoUnscanned(string image, string obstacle)
    {
        if (IsScanRequired) throw new DeliveryException($"'{image}' cannot be scanned, and --require-scan asks for it: {obstacle}");
        if (!isThisMachine) throw new DeliveryException($"'{image}' cannot be scanned, and without that nothing is published to {place}: {obstacle}");
    }

    /// <summary>Why a scan does not count where one is required: its vulnerability database is old. Null where it counts.</summary>
    /// <param name="image">The image.</param>
    /// <param name="doubt">What the scan says of its database; null where that is recent.</param>
    internal string? ProblemWithDatabase(string image, string? doubt) => !IsScanRequired || doubt is null
        ? null
        : $"'{image}' has no scan as --require-scan asks for it: {doubt}. Name a mirror that has a newer one with --scan-databases, or fill the cache where there is a network.";

    // Asked at every door.
    private void EnsureScanCounts(PublishRecord record, bool isHere = false)
    {
        if (record.Steps.GetValueOrDefault(PublishStep.Scan)?.At is not { } at) return;
        EnsureScanIsLast(record, isHere);
        if (at <= Time.GetUtcNow()) return;
        throw new DeliveryException(
            $"The scan of '{record.Image}' is dated {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC, which is after now, and {place} does not get it: "
            + "check this machine's clock, and run ScanImages again.");
    }

    // Asked where an image leaves: one that has left, is not scanned again here.
    private void EnsureScanIsRecent(PublishRecord record)
    {
        if ((isThisMachine && !IsScanRequired) || FindOldScan(record) is not { } age) return;
        throw new DeliveryException(
            $"'{record.Image}' was scanned {ScanAge.ToText(age)} ago, which is too long, and {place} does not get it: run ScanImages, which scans it again, and repeat this.");
    }

    private void EnsureIsScanned(PublishRecord record, bool isHere = false)
    {
        EnsureScanCounts(record, isHere);
        if (record.Steps.ContainsKey(PublishStep.Scan) || MayGoUnscanned(record)) return;
        throw new DeliveryException(
            $"'{record.Image}' has not been scanned and passed, and {place} does not get it: run ScanImages, or Publish as a whole."
            + $"{(record.NotScanned is { } reason ? $" It was not scanned: {reason}" : "")}");
    }
}
