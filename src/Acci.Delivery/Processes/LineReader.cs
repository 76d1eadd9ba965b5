using System.Text;

namespace Acci.Delivery.Processes;

/// <summary>Reads a program's output line by line. A line ends with a line feed, a carriage return or both; of one that does not end, the beginning is kept.</summary>
internal static class LineReader
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Reads to the end.</summary>
    /// <param name="output">The output, UTF-8.</param>
    /// <param name="longest">How many characters of a line are kept.</param>
    /// <param name="onLine">Gets each line, and whether something of it was left out.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task ReadAsync(Stream output, int longest, Action<string, bool> onLine, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(output, Encoding.Default, detectEncodingFromByteOrderMarks: false, BufferSize, leaveOpen: true);
        var buffer = new char[BufferSize];
        var line = new StringBuilder();
        var (isCut, followsReturn) = (false, false);
        for (int count; (count = await reader.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            for (var at = 0; at < count;)
            {
                if (followsReturn && buffer[at] == '\n') at++;
                followsReturn = false;
                var length = buffer.AsSpan(at, count - at).IndexOfAny('\r', '\n');
                var end = length < 0 ? count : at + length;
                var kept = Math.Min(end - at, longest - line.Length);
                line.Append(buffer, at, kept);
                isCut |= kept < end - at;
                if (length < 0) break;
                Take();
                followsReturn = buffer[end] == '\r';
                at = end + 1;
            }
        }

        if (line.Length > 0) Take();

        void Take()
        {
            onLine(line.ToString(), isCut);
            line.Clear();
            isCut = false;
        }
    }
}
