using Acci.Oci.Layouts;
using Acci.Oci.Manifests;

namespace Acci.Oci.Registries;

/// <summary>One blob on its way to a registry, over all attempts: the session, and how many bytes the registry has confirmed.</summary>
internal sealed class BlobUpload(Descriptor blob, IContentSource source, Action<long> sent)
{
    // A registry that was restarted loses one. One whose replicas do not know each other's uploads loses all, and may take the blob in one request.
    private const int LossesUntilWhole = 2;

    // In sizes of the blob: how much may be sent for nothing while each session lasts a little longer than the one before.
    private const int MostSentForNothing = 2;

    // What a registry does at least when it checks a blob, or moves it within its storage.
    private const double CheckedBytesPerSecond = 20e6;

    // The most that the registry has had, in any session.
    private long _farthest;
    private long _sentForNothing;

    public Descriptor Blob => blob;

    /// <summary>Where the upload goes on; null when none was begun, or the last one is over.</summary>
    public Uri? Session { get; private set; }

    /// <summary>The bytes that the registry has.</summary>
    public long Offset { get; private set; }

    /// <summary>The smallest chunk the registry takes, but for the last.</summary>
    public long MinimumChunk { get; private set; }

    /// <summary>An upload in one request broke off on the way, or was too large.</summary>
    public bool PrefersChunks { get; private set; }

    /// <summary>How many sessions the registry has lost since it had more than ever before, or since too much was sent for nothing.</summary>
    public int Losses { get; private set; }

    /// <summary>
    /// Sessions do not last long enough for several chunks. This also bounds how often chunks are sent again, each with a fresh budget: a registry that loses every
    /// upload is not tried for ever.
    /// </summary>
    public bool MustBeWhole => Losses >= LossesUntilWhole;

    /// <summary>How much longer than usual the answer may take that confirms the whole blob.</summary>
    public TimeSpan CheckingTime => TimeSpan.FromSeconds(blob.Size / CheckedBytesPerSecond);

    public void Begin(Uri session, long minimumChunk) => (Session, Offset, MinimumChunk) = (session, 0, minimumChunk);

    /// <summary>The registry has this much now.</summary>
    public void Continue(Uri session, long offset)
    {
        (Session, Offset) = (session, offset);
        sent(offset);
        if (offset <= _farthest) return;
        _farthest = offset;
        if (_sentForNothing <= blob.Size * MostSentForNothing) Losses = 0;
    }

    /// <summary>The session is over.</summary>
    public void Forget() => (Session, Offset) = (null, 0);

    /// <summary>The registry does not know the session any more, or has something else in it than was sent.</summary>
    public void Lose()
    {
        Losses++;
        _sentForNothing += Offset;
        Forget();
    }

    public void PreferChunks() => PrefersChunks = true;

    /// <summary>The next part, with its place in the whole. The header is not HTTP's own form; so the specification wants it.</summary>
    public HttpContent Chunk(long length, StallGuard guard)
    {
        var content = Part(length, guard);
        content.Headers.TryAddWithoutValidation("Content-Range", $"{Offset}-{Offset + length - 1}");
        return content;
    }

    /// <summary>All that is left.</summary>
    public HttpContent Rest(StallGuard guard) => Part(blob.Size - Offset, guard);

    /// <summary>Throws when it is the source that does not have the blob's digest.</summary>
    public Task VerifySourceAsync(CancellationToken cancellationToken) => source.VerifyBlobAsync(blob, cancellationToken);

    private BlobContent Part(long length, StallGuard guard)
    {
        var offset = Offset;
        return new BlobContent(token => source.OpenBlobAsync(blob, offset, token), length, count =>
        {
            guard.Moved();
            if (count > 0) PreferChunks();
            sent(offset + count);
        });
    }
}
