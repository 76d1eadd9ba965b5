using System.Text.RegularExpressions;
using Acci.Oci.Retries;

namespace Acci.Delivery.Processes;

/// <summary>
/// Tells from what a program wrote whether its failure may be gone the next time. Docker, BuildKit, containerd and cosign are all written in Go: they say of networks what Go's
/// libraries say, and of servers which status they answered.
/// </summary>
internal static partial class PassingFailure
{
    private const string Deadline = "context deadline exceeded";
    private const string NotReached = "connection refused|no such host|network is unreachable|no route to host";

    /// <summary>The failure, as a <see cref="RetryPolicy"/> takes it; null where trying again would not help.</summary>
    /// <param name="output">What the program wrote.</param>
    /// <param name="step">Which of its steps failed, where that is known; it stands before the reason.</param>
    public static Exception? Find(string output, string? step = null)
    {
        if (Pattern().Match(output) is not { Success: true } match) return null;
        var reason = match.Groups["status"] is { Success: true, Value: var status } ? status.Trim() : match.Value == Deadline ? "no answer" : match.Value;
        var message = step is null ? reason : $"{step}: {reason}";
        return match.Groups["address"].Success ? new NotReachedException(message)
            : match.Value == Deadline ? new TimeoutException(message)
            : new TransientException(message);
    }

    [GeneratedRegex(@"unexpected (?:HTTP )?status(?: code| from [A-Z]+ request to \S+)?:? (?<status>(?:408|429|5(?!01|05)\d\d)\b[^:;,\n]*)|(?<address>" + NotReached + ")|" + Deadline
        + @"|connection reset by peer|broken pipe|\bEOF\b|i/o timeout|TLS handshake timeout|Client\.Timeout exceeded|unexpected commit digest|TOOMANYREQUESTS")]
    private static partial Regex Pattern();
}
