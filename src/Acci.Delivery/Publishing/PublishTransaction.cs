using Acci.Oci;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>
/// One image on its way to its tags. Each step is written down when it ended well; a step that is written down for the same digest is not done again. One that is done again
/// is open, with all that come after it, from its beginning on.
/// </summary>
public sealed class PublishTransaction
{
    private readonly string _file;
    private readonly TimeProvider _time;
    private readonly ISet<PublishStep> _repeated;

    // What was done after the step that is under way.
    private IReadOnlyList<KeyValuePair<PublishStep, StepResult>> _later = [];
    private long _begun;

    private PublishTransaction(string file, PublishRecord record, TimeProvider? time, ISet<PublishStep>? repeated = null) =>
        (_file, Record, _time, _repeated) = (file, record, time ?? TimeProvider.System, repeated ?? new HashSet<PublishStep>());

    /// <summary>What is known so far.</summary>
    public PublishRecord Record { get; private set; }

    /// <summary>The image, by digest.</summary>
    public ImageReference Reference => ImageReference.Parse(Record.Repository).WithDigest(Record.Digest);

    /// <summary>The same in each registry that it goes to, the first one first.</summary>
    internal IReadOnlyList<ImageReference> References => [.. Record.Repositories.Select(x => ImageReference.Parse(x).WithDigest(Record.Digest))];

    /// <summary>Goes on with what was built last.</summary>
    /// <param name="file">The record.</param>
    /// <param name="image">The image.</param>
    /// <param name="time">The clock that steps are timed by.</param>
    /// <param name="repeated">Steps that are to be done again, whatever the record says of them; each leaves the set when it has been done.</param>
    /// <exception cref="DeliveryException">Nothing was built, or the record cannot be used.</exception>
    public static PublishTransaction Resume(string file, string image, TimeProvider? time = null, ISet<PublishStep>? repeated = null)
    {
        var record = PublishRecord.Read(file)
            ?? throw new DeliveryException($"There is no record of the image '{image}' ({file}): run BuildImages first.");
        return record.Image == image
            ? new PublishTransaction(file, record, time, repeated)
            : throw new DeliveryException($"{file} is the record of the image '{record.Image}', not of '{image}': run BuildImages again.");
    }

    /// <summary>Starts with what has just been built: what an earlier run did counts when it did it to the same digest, for the same repository.</summary>
    /// <param name="file">The record. One that cannot be used counts as none.</param>
    /// <param name="built">What has been built.</param>
    /// <param name="startOver">Nothing of what an earlier run did counts.</param>
    /// <param name="time">The clock that steps are timed by.</param>
    public static PublishTransaction Begin(string file, PublishRecord built, bool startOver = false, TimeProvider? time = null)
    {
        var earlier = startOver ? null : ReadEarlier(file);
        var record = earlier is not null && (earlier.Image, earlier.Digest) == (built.Image, built.Digest) && earlier.Repositories.SequenceEqual(built.Repositories)
            ? built with
            {
                SignedBy = earlier.SignedBy,
                NotSmokeTested = earlier.NotSmokeTested,
                NotScanned = earlier.NotScanned,
                ScanRecord = earlier.ScanRecord,
                Tags = earlier.Tags,
                TagsLeft = earlier.TagsLeft,
                Copies = earlier.Copies is { } copies ? [.. copies.Select(x => x with { TagsReplaced = [] })] : null,
                Steps = earlier.Steps,
            }
            : built;
        PublishRecord.DeleteDrafts(file);
        record.Write(file);
        return new PublishTransaction(file, record, time);
    }

    private static PublishRecord? ReadEarlier(string file)
    {
        try
        {
            return PublishRecord.Read(file);
        }
        catch (DeliveryException exception)
        {
            Log.Warning("{Problem:l} BuildImages has run: nothing in the old record counts", exception.Message);
            return null;
        }
    }

    /// <summary>The step has ended well for this digest.</summary>
    public bool Has(PublishStep step) => Record.Steps.ContainsKey(step) && !_repeated.Contains(step);

    /// <summary>Does the step, unless it is done.</summary>
    public async Task StepAsync(PublishStep step, Func<Task<string>> action)
    {
        if (Has(step))
        {
            var result = Record.Steps[step].Result;
            Log.Information("{Image}: {Step:l} was done before for this digest: {Result:l}", Record.Image, step.ToString(), result);
            return;
        }

        await RedoAsync(step, action);
    }

    /// <summary>Does the step, whether it is done or not. Those after it are open then.</summary>
    /// <param name="step">The step.</param>
    /// <param name="action">Does it, and gives what came out.</param>
    public async Task RedoAsync(PublishStep step, Func<Task<string>> action)
    {
        Reopen(step);
        _later = [];
        Close(step, await action());
    }

    /// <summary>
    /// Begins a step: the record has it, and those after it, as not done. A run that ends before the step does, in whatever way, leaves nothing of what an earlier one
    /// said of it.
    /// </summary>
    public void Reopen(PublishStep step)
    {
        _later = Record.IsPast(step) && !_repeated.Contains(step) ? [.. Record.Steps.Where(x => x.Key > step)] : [];
        _begun = _time.GetTimestamp();
        Update(record => record.Without(step));
    }

    /// <summary>A step that began with <see cref="Reopen"/> has ended well. Where it was past before, those after it are done as they were.</summary>
    /// <param name="step">The step.</param>
    /// <param name="result">What came out.</param>
    /// <param name="at">When what it goes by was found; null means now.</param>
    public void Close(PublishStep step, string result, DateTimeOffset? at = null)
    {
        var seconds = Math.Round(_time.GetElapsedTime(_begun).TotalSeconds, 2);
        Update(record => record.With(step, new StepResult(at ?? _time.GetUtcNow(), seconds, result)).With(_later));
        _repeated.Remove(step);
        Log.Information("{Image}: {Result:l}", Record.Image, result);
    }

    /// <summary>A step that began with <see cref="Reopen"/> cannot be done, and is left out. Where it was past before, those after it are done as they were.</summary>
    public void LeaveOut(PublishStep step, string reason) => Update(record => record.Without(step, reason).With(_later));

    /// <summary>Changes the record, on disk too.</summary>
    public void Update(Func<PublishRecord, PublishRecord> change)
    {
        Record = change(Record);
        Record.Write(_file);
    }
}
