using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Acci.Sigstore.StandIn;

/// <summary>A Merkle tree whose head is signed. Source: RFC 6962, section 2.1; C2SP signed-note and tlog-checkpoint.</summary>
internal sealed class TransparencyLog(ECDsa key, string origin, string signer)
{
    private readonly List<byte[]> _leaves = [];
    private readonly Lock _lock = new();

    public byte[] Key => key.ExportSubjectPublicKeyInfo();

    public byte[] Id => SHA256.HashData(Key);

    public sealed record Inclusion(long Index, long Size, byte[] Root, IReadOnlyList<byte[]> Path, string Checkpoint);

    public Inclusion Add(byte[] body)
    {
        lock (_lock)
        {
            _leaves.Add(SHA256.HashData([0, .. body]));
            var index = _leaves.Count - 1;
            var root = Hash(0, _leaves.Count);
            return new Inclusion(index, _leaves.Count, root, [.. Path(index, 0, _leaves.Count)], Checkpoint(root));
        }
    }

    public byte[] Sign(byte[] text) => key.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    private string Checkpoint(byte[] root)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{origin}\n{_leaves.Count}\n{Convert.ToBase64String(root)}\n");
        return $"{text}\n— {signer} {Convert.ToBase64String([.. Id[..4], .. Sign(Encoding.UTF8.GetBytes(text))])}\n";
    }

    private byte[] Hash(int start, int count)
    {
        if (count == 1) return _leaves[start];
        var half = Half(count);
        return SHA256.HashData([1, .. Hash(start, half), .. Hash(start + half, count - half)]);
    }

    private IEnumerable<byte[]> Path(int index, int start, int count)
    {
        if (count == 1) return [];
        var half = Half(count);
        return index < half
            ? [.. Path(index, start, half), Hash(start + half, count - half)]
            : [.. Path(index - half, start + half, count - half), Hash(start, half)];
    }

    // The largest power of two below the count.
    private static int Half(int count) => 1 << (31 - int.LeadingZeroCount(count - 1));
}
