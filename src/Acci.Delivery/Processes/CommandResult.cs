using System.Text.Json;
using Acci.Oci;

namespace Acci.Delivery.Processes;

/// <summary>How a program ended, and everything it wrote.</summary>
/// <param name="ExitCode">0 by convention for success.</param>
/// <param name="StandardOutput">What it wrote to its standard output, not redacted: it is data.</param>
/// <param name="StandardError">What it wrote to its standard error.</param>
public sealed record CommandResult(int ExitCode, string StandardOutput, string StandardError)
{
    /// <summary>The exit code is 0.</summary>
    public bool Succeeded => ExitCode == 0;

    /// <summary>Reads what it wrote to its standard output as data.</summary>
    /// <param name="command">What was run.</param>
    /// <param name="read">Reads it.</param>
    /// <exception cref="DeliveryException">It is something else.</exception>
    public T Read<T>(Command command, Func<string, T> read)
    {
        try
        {
            return read(StandardOutput);
        }
        catch (Exception exception) when (
            exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new DeliveryException($"`{command}` answered what cannot be read: {JsonProblem.TextOf(exception)}.", exception);
        }
    }

    /// <summary>The last lines of what it said, the standard error before the standard output, redacted.</summary>
    public IReadOnlyList<string> LastLines(int count) =>
    [
        .. new[] { StandardError, StandardOutput }
            // As a whole: a secret in base64 may go over several lines.
            .Select(text => Redaction.Redact(text).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .FirstOrDefault(lines => lines.Length > 0, [])
            .TakeLast(count),
    ];
}
