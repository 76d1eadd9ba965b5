using System.Text.RegularExpressions;
using Acci.Delivery.Processes;
using Serilog;

namespace Acci.Delivery.Engines;

/// <summary>
/// The scripts under <c>deploy/engine</c> and <c>deploy/stand-ins</c>: progress comes on their standard error, results come as <c>KEY=VALUE</c> lines on
/// their standard output, a failure is one line that starts with <c>error: </c>.
/// </summary>
/// <param name="Directory">The repository's <c>deploy</c> folder.</param>
/// <param name="Cache">The folder the scripts work in.</param>
public sealed partial record EngineScripts(string Directory, CacheDirectory Cache)
{
    private const string ErrorMark = "error: ";

    /// <summary>Runs one script, <c>bash SCRIPT CACHE ARGUMENTS…</c>, and returns its results in the order written.</summary>
    /// <exception cref="DeliveryException">The script failed; the message is its own.</exception>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>> RunAsync(
        string script, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var command = new Command("bash", [Path.Combine(Directory, script), Cache.Path, .. arguments]);
        var result = await CommandRunner.TryRunAsync(command, Show, cancellationToken);
        if (!result.Succeeded)
        {
            var error = result.StandardError.Split('\n').LastOrDefault(line => line.StartsWith(ErrorMark, StringComparison.Ordinal));
            throw error is null ? new CommandFailedException(command, result) : new DeliveryException(Redaction.Redact(error[ErrorMark.Length..].Trim()));
        }

        return
        [
            .. result.StandardOutput.Split('\n').Select(line => Result().Match(line)).Where(match => match.Success)
                .Select(match => KeyValuePair.Create(match.Groups["key"].Value, match.Groups["value"].Value)),
        ];
    }

    private static void Show(string line)
    {
        if (line.StartsWith(ErrorMark, StringComparison.Ordinal) || Result().IsMatch(line)) return;
        Log.Information("{Line:l}", line);
    }

    // The key of a stand-in's line is an image reference, so it may hold anything but white space and the equals sign.
    [GeneratedRegex(@"^(?<key>[A-Za-z][^\s=]*)=(?<value>.*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Result();
}
