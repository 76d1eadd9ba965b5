using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Acci.Delivery.Engines;

/// <summary>
/// A program in the cache, and the digest that was written down beside it when it was fetched: <c>NAME.sha256</c>, 64 hexadecimal digits. It is compared before the
/// program runs, once in a process.
/// </summary>
internal static class FetchedProgram
{
    private static readonly ConcurrentDictionary<string, bool> Known = new();

    /// <summary>The program is as it was fetched.</summary>
    /// <param name="program">The program, or a link to it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<bool> IsIntactAsync(string program, CancellationToken cancellationToken)
    {
        if (Known.ContainsKey(program)) return true;
        var record = RecordOf(program);
        if (!File.Exists(record) || !File.Exists(program)) return false;
        var intact = (await File.ReadAllTextAsync(record, cancellationToken)).Trim() == await DigestAsync(program, cancellationToken);
        if (intact) Known[program] = true;
        return intact;
    }

    /// <summary>Makes sure of it.</summary>
    /// <exception cref="DeliveryException">It is another one, or its digest was not written down.</exception>
    public static async Task EnsureAsync(string program, CancellationToken cancellationToken)
    {
        if (await IsIntactAsync(program, cancellationToken)) return;
        var folder = Path.GetDirectoryName(Path.GetDirectoryName(program));
        throw new DeliveryException($"{program} is not what was fetched: its SHA-256 is another one than {RecordOf(program)} says. Find out what changed it, and delete {folder}: the next run fetches it again.");
    }

    /// <summary>Writes the digest down.</summary>
    public static async Task RecordAsync(string program, CancellationToken cancellationToken) =>
        Generation.AtomicFile.Write(RecordOf(program), $"{await DigestAsync(program, cancellationToken)}\n");

    private static string RecordOf(string program) => $"{program}.sha256";

    private static async Task<string> DigestAsync(string program, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(program);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
    }
}
