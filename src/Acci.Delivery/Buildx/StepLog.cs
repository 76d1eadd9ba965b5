using System.Text;

namespace Acci.Delivery.Buildx;

/// <summary>
/// What a build step printed. BuildKit hands it on in chunks that end anywhere, those of both outputs in turn; here their lines are whole.
/// </summary>
internal sealed class StepLog
{
    private readonly List<byte> _lines = [];
    private readonly Dictionary<int, List<byte>> _begun = [];

    /// <summary>Takes a chunk of one of the outputs.</summary>
    public void Add(int stream, byte[] chunk)
    {
        if (!_begun.TryGetValue(stream, out var begun)) _begun[stream] = begun = [];
        begun.AddRange(chunk);
        var end = begun.LastIndexOf((byte)'\n') + 1;
        _lines.AddRange(begun[..end]);
        begun.RemoveRange(0, end);
    }

    /// <summary>The last lines, masked, each cut to a length.</summary>
    public IReadOnlyList<string> LastLines(int count, int length)
    {
        byte[] all = [.. _lines, .. _begun.OrderBy(x => x.Key).SelectMany(x => x.Value.Append((byte)'\n'))];
        // As a whole: a secret in base64 may go over several lines.
        var lines = Redaction.Redact(Encoding.UTF8.GetString(all)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.TakeLast(count).Select(line => Redaction.Beginning(line.TrimEnd(), length))];
    }
}
