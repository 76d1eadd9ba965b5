using System.Text.RegularExpressions;
using Acci.Delivery.Caching;
using Acci.Delivery.Processes;
using Serilog;

namespace Acci.Delivery.Engines;

/// <summary>
/// The scripts of the private engine, the local registry and the stand-ins, which this assembly carries: progress comes on their standard error, results come as
/// <c>KEY=VALUE</c> lines on their standard output, a failure is one line that starts with <c>error: </c>.
/// </summary>
/// <param name="Cache">The folder the scripts are unpacked into and work in.</param>
public sealed partial record EngineScripts(CacheDirectory Cache)
{
    private const string ErrorMark = "error: ";

    /// <summary>Runs one script, such as <c>engine/up.sh</c>, as <c>bash SCRIPT CACHE ARGUMENTS…</c>, and returns its results in the order written.</summary>
    /// <exception cref="DeliveryException">The script failed; the message is its own.</exception>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>> RunAsync(
        string script, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        Cache.EnsureOwn("scripts", "engine", "tools", "apt", "stand-ins", "registry");
        var command = new Command("bash", [Path.Combine(new ScriptFolder(Cache).Ensure(), script), Cache.Path, .. arguments]);
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
