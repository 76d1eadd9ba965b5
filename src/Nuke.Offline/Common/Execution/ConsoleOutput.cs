using System.Text;

namespace Nuke.Common.Execution;

/// <summary>What a piece of text is, and thus its colour.</summary>
internal enum Style
{
    Plain,
    Faint,
    Value,
    Title,
    Success,
    Warning,
    Error,
}

/// <summary>Standard output, coloured where somebody sees it.</summary>
internal static class ConsoleOutput
{
    // Build servers drop empty lines and fold white space; these two stay as they are.
    public const char Space = '\u00a0';
    private const string EmptyLine = "\u200b";

    private static readonly Lock Gate = new();

    static ConsoleOutput()
    {
        if (OperatingSystem.IsWindows())
            Console.OutputEncoding = Encoding.UTF8;
    }

    public static bool IsColored { get; } =
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) &&
        (!Console.IsOutputRedirected || Environment.GetEnvironmentVariable("GITHUB_ACTIONS") is not null) &&
        Environment.GetEnvironmentVariable("TERM") != "dumb";

    public static void WriteLine(string text = "", Style style = Style.Plain) =>
        Write(new StringBuilder().AppendStyled(text.Length == 0 ? EmptyLine : text, style).AppendLine());

    /// <summary>Writes a line that is not for people, such as a command for the build server.</summary>
    public static void WriteRaw(string line) => Write(new StringBuilder(line).AppendLine());

    public static void Write(StringBuilder text)
    {
        lock (Gate)
            // Looked up each time: a build may put a writer of its own in between.
            Console.Out.Write(text.ToString());
    }

    public static StringBuilder AppendStyled(this StringBuilder text, string value, Style style) =>
        IsColored && style != Style.Plain ? text.Append(Code(style)).Append(value).Append("\e[0m") : text.Append(value);

    private static string Code(Style style) => style switch
    {
        Style.Faint => "\e[90m",
        Style.Value => "\e[36m",
        Style.Title => "\e[36;1m",
        Style.Success => "\e[32;1m",
        Style.Warning => "\e[33;1m",
        Style.Error => "\e[31;1m",
        _ => string.Empty,
    };
}
