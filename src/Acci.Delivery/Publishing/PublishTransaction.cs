using Acci.Oci;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>
/// One image on its way to its tags. Each step is written down when it ended well; a step that is written down for the same digest is not done again,
/// and one that is done again opens all that come after it.
/// </summary>
public sealed class PublishTransaction
{
    private readonly string _file;
    private readonly TimeProvider _time;

    private PublishTransaction(string file, PublishRecord record, TimeProvider? time) => (_file, Record, _time) = (file, record, time ?? TimeProvider.System);

    /// <summary>What is known so far.</summary>
    public PublishRecord Record { get; private set; }

    /// <summary>The image, by digest.</summary>
    public ImageReference Reference => ImageReference.Parse(Record.Repository).WithDigest(Record.Digest);

    /// <summary>Goes on with what was built last.</summary>
    /// <exception cref="DeliveryException">Nothing was built.</exception>
    public static PublishTransaction Resume(string file, string image, TimeProvider? time = null) => PublishRecord.Read(file) is { } record
        ? new PublishTransaction(file, record, time)
        : throw new DeliveryException($"There is no record of the image '{image}' ({file}): run BuildImages first.");

    /// <summary>Starts with what has just been built: what an earlier run did counts when it did it to the same digest, for the same repository.</summary>
    /// <param name="file">The record.</param>
    /// <param name="built">What has been built.</param>
    /// <param name="startOver">Nothing of what an earlier run did counts.</param>
    /// <param name="time">The clock that steps are timed by.</param>
    public static PublishTransaction Begin(string file, PublishRecord built, bool startOver = false, TimeProvider? time = null)
    {
        var earlier = startOver ? null : PublishRecord.Read(file);
        var record = earlier is not null && earlier.Digest == built.Digest && earlier.Repository == built.Repository
            ? earlier with { Version = built.Version, Revision = built.Revision, StandIns = built.StandIns, ChangedSince = built.ChangedSince }
            : built;
        PublishRecord.DeleteDrafts(file);
        record.Write(file);
        return new PublishTransaction(file, record, time);
    }

    /// <summary>The step has ended well for this digest.</summary>
    public bool Has(PublishStep step) => Record.Steps.ContainsKey(step);

    /// <summary>Does the step, unless it is done.</summary>
    public async Task StepAsync(PublishStep step, Func<Task<string>> action)
    {
        if (Record.Steps.TryGetValue(step, out var done))
        {
            Log.Information("{Image}: {Step:l} was done before for this digest: {Result:l}", Record.Image, step.ToString(), done.Result);
            return;
        }

        await RedoAsync(step, action);
    }

    /// <summary>Does the step, whether it is done or not.</summary>
    public async Task RedoAsync(PublishStep step, Func<Task<string>> action)
    {
        var begun = _time.GetTimestamp();
        var result = await action();
        Update(record => record.With(step, new StepResult(_time.GetUtcNow(), Math.Round(_time.GetElapsedTime(begun).TotalSeconds, 2), result)));
        Log.Information("{Image}: {Result:l}", Record.Image, result);
    }

    /// <summary>
    /// Does the step, whether it is done or not. When it was, and ends well again, what comes after it stays done; when it does not, it and all after it are open.
    /// </summary>
    public async Task ConfirmAsync(PublishStep step, Func<Task<string>> action)
    {
        if (!Record.Steps.TryGetValue(step, out var done))
        {
            await RedoAsync(step, action);
            return;
        }

        string result;
        try
        {
            result = await action();
        }
        catch (DeliveryException)
        {
            Reopen(step);
            throw;
        }

        Update(record => record with { Steps = new SortedDictionary<PublishStep, StepResult>(record.Steps.ToDictionary()) { [step] = done with { Result = result } } });
        Log.Information("{Image}: {Result:l}", Record.Image, result);
    }

    /// <summary>Takes the step, and those after it, as not done.</summary>
    public void Reopen(PublishStep step) => Update(record => record with { Steps = record.Steps.Where(x => x.Key < step).ToDictionary() });

    /// <summary>Changes the record, on disk too.</summary>
    public void Update(Func<PublishRecord, PublishRecord> change)
    {
        Record = change(Record);
        Record.Write(_file);
    }
}
