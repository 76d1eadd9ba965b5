using System.Collections.Concurrent;
using Acci.Oci;

namespace Acci.Delivery.Publishing;

/// <summary>Writes tags one at a time, and knows what the registry answered.</summary>
internal sealed class TagWriter(RegistrySet registries, TimeProvider time)
{
    // Tags of several registries go back at once.
    private readonly ConcurrentDictionary<ImageReference, WriteAnswer> _answers = [];

    /// <summary>What is known of the last write of a tag.</summary>
    public WriteAnswer AnswerTo(ImageReference tag) => _answers.GetValueOrDefault(tag);

    /// <summary>Takes note that the registry does not show what it accepted.</summary>
    public void NoteNotShown(ImageReference tag) => _answers[tag] = WriteAnswer.NotShown;

    /// <summary>Lets a tag point at an image of its repository; without one, takes the tag away.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="digest">The image; null for none.</param>
    /// <param name="patience">How long the answer is waited for after an interruption: a registry carries out a write that it has, whether or not somebody still waits.</param>
    /// <param name="mayReplace">
    /// Whether the tag may be written over while it points there. It is asked when the registry failed and the write is to be sent again: another publish may have come in
    /// between, and keeps the tag; what became of the write before is not known then (<see cref="WriteAnswer.None"/>). Null for always.
    /// </param>
    /// <param name="cancellationToken">Interrupts it.</param>
    /// <returns>False if the registry cannot take tags away.</returns>
    public async Task<bool> WriteAsync(
        ImageReference tag, Digest? digest, TimeSpan patience, Predicate<Digest?>? mayReplace, CancellationToken cancellationToken)
    {
        _answers[tag] = WriteAnswer.Refused;
        var registry = registries.Of(tag);
        var manifest = digest is { } image ? await registry.GetManifestAsync(tag.WithDigest(image), cancellationToken) : null;
        cancellationToken.ThrowIfCancellationRequested();
        var isLeft = false;
        using var limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using var interruption = cancellationToken.Register(() => limit.CancelAfter(patience));
        try
        {
            if (manifest is null && !await registry.TryDeleteTagAsync(tag, tag.Tag!, limit.Token)) return false;
            if (manifest is not null) await registry.PutTagAsync(tag, tag.Tag!, manifest, mayReplace is null ? null : MaySendAgainAsync, limit.Token);
        }
        catch (Exception exception) when (exception is not DeliveryException { IsUndecided: false })
        {
            _answers[tag] = WriteAnswer.None;
            throw;
        }

        _answers[tag] = isLeft ? WriteAnswer.None : WriteAnswer.Accepted;
        return true;

        async Task<bool> MaySendAgainAsync(CancellationToken token)
        {
            var there = (await registry.FindManifestAsync(tag, token))?.Digest;
            var mayBeSent = there == digest || mayReplace(there);
            isLeft = !mayBeSent;
            return mayBeSent;
        }
    }
}
