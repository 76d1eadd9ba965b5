using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Acci.Delivery.Engines;

/// <summary>
/// A program in the cache, and the digest that was written down beside it when it was fetched: <c>NAME.sha256</c>, 64 hexadecimal digits. It is compared before the
/// program runs, once in a process.
/// </summary>
internal static class FetchedProgram
{
    private const int LargestRecord = 4 * 1024;

    private static readonly ConcurrentDictionary<string, bool> Known = new();

    /// <summary>The program is as it was fetched.</summary>
    /// <param name="program">The program, or a link to it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<bool> IsIntactAsync(string program, CancellationToken cancellationToken)
    {
        if (Known.ContainsKey(program)) return true;
        var record = RecordOf(program);
        if (!InputFile.Exists(record) || !InputFile.Exists(program)) return false;
        var intact = InputFile.ReadText(record, LargestRecord).Trim() == await DigestAsync(program, cancellationToken);
        if (intact) Known[program] = true;
        return intact;
    }

    /// <summary>Makes sure of it.</summary>
    /// <exception cref="DeliveryException">It is another one, or its digest was not written down.</exception>
    public static async Task EnsureAsync(string program, CancellationToken cancellationToken)
    {
        if (await IsIntactAsync(program, cancellationToken)) return;
        var folder = Path.GetDirectoryName(Path.GetDirectoryName(program));
        var problem = !InputFile.Exists(program) ? "it is not there"
            : !InputFile.Exists(RecordOf(program)) ? $"its SHA-256 is not known, because {RecordOf(program)} is not there"
            : $"its SHA-256 is another one than {RecordOf(program)} says";
        throw new DeliveryException($"{program} is not what was fetched: {problem}. Find out what changed it, and delete {folder}: the next run fetches it again.");
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
