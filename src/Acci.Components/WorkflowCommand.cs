using Acci.Delivery;

namespace Acci.Components;

/// <summary>
/// A line that GitHub Actions takes for a command. NUKE writes them, too, but joins properties with ", ", and the runner takes the blank for a part of the next one's name.
/// Source: GitHub Actions runner, <c>src/Runner.Common/ActionCommand.cs</c>.
/// </summary>
internal static class WorkflowCommand
{
    /// <summary>The line.</summary>
    public static string Of(string command, string message, params IEnumerable<(string Name, object Value)> properties) =>
        $"::{command} {string.Join(',', properties.Select(x => $"{x.Name}={Property($"{x.Value}")}"))}::{Data(message)}";

    /// <summary>The line that has the runner mask a secret, which it reads a line at a time.</summary>
    public static string MaskOf(string line) => $"::add-mask::{Escape(line)}";

    private static string Property(string value) => Data(value).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);

    private static string Data(string value) => Escape(SafeText.Lines(value));

    private static string Escape(string value) =>
        value.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);
}
