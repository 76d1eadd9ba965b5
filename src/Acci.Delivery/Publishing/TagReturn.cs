using Acci.Oci;

namespace Acci.Delivery.Publishing;

/// <summary>Puts tags back to where they were before a transaction that could not write all of them.</summary>
/// <param name="writer">What wrote them, and knows what was answered.</param>
/// <param name="watch">Looks at tags.</param>
internal sealed class TagReturn(TagWriter writer, TagWatch watch)
{
    /// <summary>What to do then.</summary>
    public const string Remedy = "What the tags move to is complete, signed and verified; run the same command again to move them all.";

    private const string Same = "Every tag is where it was before.";

    private readonly List<string> _left = [];
    private readonly List<string> _unanswered = [];
    private readonly List<string> _notShown = [];
    private readonly List<string> _notSeenBack = [];
    private readonly List<string> _ofOthers = [];
    private bool _hasPutBack;

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>What to do instead, where that would not help.</summary>
    public string? OtherRemedy { get; init; }

    /// <summary>How long it may take.</summary>
    public required TimeSpan Limit { get; init; }

    /// <summary>Puts them back, the last one first.</summary>
    /// <returns>What became of them, in sentences.</returns>
    public async Task<string> RunAsync(IReadOnlyList<TagWrite> writes)
    {
        // Several images may have the same tags, and so may several registries.
        var isOneImage = writes.Select(x => x.Tag.Repository).Distinct().Count() < 2;
        var isOneRegistry = writes.Select(x => x.Tag.Domain).Distinct().Count() < 2;
        // All registries at once: one that does not answer takes no time from the others.
        await Task.WhenAll(writes.Reverse().Where(write => write.Before != write.Digest && write.After == write.Digest).GroupBy(x => x.Tag.Domain).Select(x => ReturnAllAsync(x, Name)));
        return Outcome();

        string Name(ImageReference tag) => isOneImage ? tag.Tag! : isOneRegistry ? $"{tag.Path}:{tag.Tag}" : tag.ToString();
    }

    private async Task ReturnAllAsync(IEnumerable<TagWrite> writes, Func<ImageReference, string> nameOf)
    {
        // Also after Ctrl-C, but not for long: the registry may be what failed.
        using var limit = new CancellationTokenSource(Limit, Time);
        foreach (var write in writes)
        {
            var name = nameOf(write.Tag);
            var answer = writer.AnswerTo(write.Tag);
            try
            {
                await ReturnAsync(write, answer, name, limit.Token);
            }
            catch (Exception exception) when (exception is DeliveryException or OperationCanceledException)
            {
                // It cannot be looked at. What was refused is where it was.
                if (answer != WriteAnswer.Refused) Add(answer switch { WriteAnswer.None => _unanswered, WriteAnswer.NotShown => _notShown, _ => _left }, name);
            }
        }
    }

    private static void Add(List<string> list, string text)
    {
        lock (list) list.Add(text);
    }

    private async Task ReturnAsync(TagWrite write, WriteAnswer answer, string name, CancellationToken cancellationToken)
    {
        // The registry may be about to do what it did not answer, or did not show.
        var waits = answer is WriteAnswer.None or WriteAnswer.NotShown;
        var there = await watch.UntilAsync(write.Tag, x => !waits || x == write.Digest, cancellationToken);
        if (there != write.Digest && there != write.Before) Add(_ofOthers, there is null ? $"{name} is gone" : $"{name} points at {there} now");
        // A look may be answered from a cache: what was accepted is put back in any case.
        else if (there == write.Digest || answer == WriteAnswer.Accepted) await PutBackAsync(write, name, cancellationToken);
        else if (answer == WriteAnswer.None) Add(_unanswered, name);
        else if (answer == WriteAnswer.NotShown) Add(_notShown, name);
    }

    private async Task PutBackAsync(TagWrite write, string name, CancellationToken cancellationToken)
    {
        try
        {
            if (!await writer.WriteAsync(write.Tag, write.Before, TimeSpan.Zero, there => there == write.Digest, cancellationToken))
            {
                Add(_left, $"{name} (it is new, and this registry deletes no tags)");
                return;
            }
        }
        catch (Exception exception) when (exception is DeliveryException or OperationCanceledException)
        {
            // Without an answer, a look tells more.
            if (writer.AnswerTo(write.Tag) == WriteAnswer.Refused)
            {
                Add(_left, name);
                return;
            }
        }

        Digest? there;
        try
        {
            there = await watch.UntilAsync(write.Tag, x => x == write.Before, cancellationToken);
        }
        catch (Exception exception) when (exception is DeliveryException or OperationCanceledException)
        {
            Add(_notSeenBack, name);
            return;
        }

        if (there == write.Before) _hasPutBack = true;
        else if (there != write.Digest) Add(_ofOthers, there is null ? $"{name} is gone" : $"{name} points at {there} now");
        else if (writer.AnswerTo(write.Tag) == WriteAnswer.None) Add(_notSeenBack, name);
        else Add(_left, $"{name} (the registry accepted that, and has not done it)");
    }

    private string Outcome()
    {
        var known = new List<string>();
        if (_unanswered.Count > 0) known.Add($"Whether {string.Join(", ", _unanswered)} moves is not known: the registry did not answer, and may still carry the write out.");
        if (_notShown.Count > 0) known.Add($"Whether {string.Join(", ", _notShown)} moves is not known: the registry accepted the write, and may still carry it out.");
        if (_notSeenBack.Count > 0) known.Add($"Whether {string.Join(", ", _notSeenBack)} was put back is not known: the registry did not answer, and may still do it.");
        if (_ofOthers.Count > 0) known.Add($"{string.Join(", ", _ofOthers)}, which may be another publish's doing.");
        if (known.Count == 0 && _left.Count == 0) return OtherRemedy is null ? Same : $"{Same} {OtherRemedy}";
        var (left, others) = (string.Join(", ", _left), known.Count > 0 ? "others" : "tags written before it");
        known.Add(
            _left.Count == 0 ? "Every other tag is where it was before."
            : _hasPutBack ? $"The {others} were put back, but for {left}."
            : $"Of the {others} none was put back: {left}.");
        return $"{string.Join(' ', known)} {OtherRemedy ?? Remedy}";
    }
}
