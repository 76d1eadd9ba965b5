using Acci.Oci;
using Acci.Oci.Registries;

namespace Acci.Delivery.Publishing;

/// <summary>Puts tags back to where they were before a transaction that could not write all of them.</summary>
/// <param name="registry">The registry.</param>
/// <param name="watch">Looks at tags.</param>
/// <param name="unanswered">The tags whose write was not answered: the registry may still carry it out.</param>
internal sealed class TagReturn(OciRegistry registry, TagWatch watch, IReadOnlySet<ImageReference> unanswered)
{
    /// <summary>What to do then.</summary>
    public const string Remedy = "What the tags move to is complete, signed and verified; run the same command again to move them all.";

    private readonly List<string> _left = [];
    private readonly List<string> _unknown = [];
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
            try
            {
                if (await IsWrittenAsync(write, limit.Token)) await PutBackAsync(write, name, limit.Token);
                else if (unanswered.Contains(write.Tag)) _unknown.Add(name);
            }
            catch (Exception exception) when (exception is DeliveryException or OperationCanceledException)
            {
                (unanswered.Contains(write.Tag) ? _unknown : _left).Add(name);
            }
        }

        return (_left.Count, _unknown.Count) switch
        {
            (0, 0) => "Every tag is where it was before.",
            (_, 0) when !_hasPutBack => $"Of the tags written before it none was put back: {string.Join(", ", _left)}. {Remedy}",
            (_, 0) => $"The tags written before it were put back, but for {string.Join(", ", _left)}. {Remedy}",
            _ => $"Whether {string.Join(", ", _unknown)} moves is not known: the registry did not answer, and may still carry the write out. "
                + $"{(_left.Count == 0 ? "Every other tag is where it was before." : $"The others were put back, but for {string.Join(", ", _left)}.")} {Remedy}",
        };
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

        _hasPutBack = true;
    }

    // The registry may be about to do what it did not answer.
    private async Task<bool> IsWrittenAsync(TagWrite write, CancellationToken cancellationToken) =>
        await watch.UntilAsync(write.Tag, there => there == write.Digest || !unanswered.Contains(write.Tag), cancellationToken) == write.Digest;
}
