using Acci.Oci;
using Acci.Oci.Registries;

namespace Acci.Delivery.Publishing;

/// <summary>Puts tags back to where they were before a transaction that could not write all of them.</summary>
/// <param name="registry">The registry.</param>
/// <param name="watch">Looks at tags.</param>
/// <param name="answers">What is known of each write.</param>
internal sealed class TagReturn(OciRegistry registry, TagWatch watch, IReadOnlyDictionary<ImageReference, WriteAnswer> answers)
{
    /// <summary>What to do then.</summary>
    public const string Remedy = "What the tags move to is complete, signed and verified; run the same command again to move them all.";

    private readonly List<string> _left = [];
    private readonly List<string> _unanswered = [];
    private readonly List<string> _notShown = [];
    private readonly List<string> _ofOthers = [];
    private bool _hasPutBack;

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>How long it may take.</summary>
    public required TimeSpan Limit { get; init; }

    /// <summary>Puts them back, the last one first.</summary>
    /// <returns>What became of them, in sentences.</returns>
    public async Task<string> RunAsync(IReadOnlyList<TagWrite> writes)
    {
        // Also after Ctrl-C, but not for long: the registry may be what failed.
        using var limit = new CancellationTokenSource(Limit, Time);
        // Several images may have the same tags.
        var isOneImage = writes.Select(x => x.Tag.Repository).Distinct().Count() < 2;
        foreach (var write in writes.Reverse().Where(write => write.Before != write.Digest && !write.IsLost))
        {
            var name = isOneImage ? write.Tag.Tag! : $"{write.Tag.Path}:{write.Tag.Tag}";
            var answer = answers.GetValueOrDefault(write.Tag);
            try
            {
                await ReturnAsync(write, answer, name, limit.Token);
            }
            catch (Exception exception) when (exception is DeliveryException or OperationCanceledException)
            {
                (answer switch { WriteAnswer.None => _unanswered, WriteAnswer.NotShown => _notShown, _ => _left }).Add(name);
            }
        }

        return Outcome();
    }

    private async Task ReturnAsync(TagWrite write, WriteAnswer answer, string name, CancellationToken cancellationToken)
    {
        // The registry may be about to do what it did not answer, or did not show.
        var waits = answer is WriteAnswer.None or WriteAnswer.NotShown;
        var there = await watch.UntilAsync(write.Tag, x => !waits || x == write.Digest, cancellationToken);
        if (there != write.Digest && there != write.Before) _ofOthers.Add(there is null ? $"{name} is gone" : $"{name} points at {there} now");
        // A look may be answered from a cache: what was accepted is put back in any case.
        else if (there == write.Digest || answer == WriteAnswer.Accepted) await PutBackAsync(write, name, cancellationToken);
        else if (answer == WriteAnswer.None) _unanswered.Add(name);
        else if (answer == WriteAnswer.NotShown) _notShown.Add(name);
    }

    private async Task PutBackAsync(TagWrite write, string name, CancellationToken cancellationToken)
    {
        if (write.Before is { } before)
        {
            await registry.PutTagAsync(write.Tag, write.Tag.Tag!, before, cancellationToken);
        }
        else if (!await registry.TryDeleteTagAsync(write.Tag, write.Tag.Tag!, cancellationToken))
        {
            _left.Add($"{name} (it is new, and this registry deletes no tags)");
            return;
        }

        var there = await watch.UntilAsync(write.Tag, x => x == write.Before, cancellationToken);
        if (there == write.Before) _hasPutBack = true;
        else if (there == write.Digest) _left.Add($"{name} (the registry accepted that, and has not done it)");
        else _ofOthers.Add(there is null ? $"{name} is gone" : $"{name} points at {there} now");
    }

    private string Outcome()
    {
        var known = new List<string>();
        if (_unanswered.Count > 0) known.Add($"Whether {string.Join(", ", _unanswered)} moves is not known: the registry did not answer, and may still carry the write out.");
        if (_notShown.Count > 0) known.Add($"Whether {string.Join(", ", _notShown)} moves is not known: the registry accepted the write, and may still carry it out.");
        if (_ofOthers.Count > 0) known.Add($"{string.Join(", ", _ofOthers)}, which may be another publish's doing.");
        if (known.Count == 0 && _left.Count == 0) return "Every tag is where it was before.";
        var left = string.Join(", ", _left);
        known.Add(
            _left.Count == 0 ? "Every other tag is where it was before."
            : known.Count > 0 ? $"The others were put back, but for {left}."
            : _hasPutBack ? $"The tags written before it were put back, but for {left}."
            : $"Of the tags written before it none was put back: {left}.");
        return $"{string.Join(' ', known)} {Remedy}";
    }
}
