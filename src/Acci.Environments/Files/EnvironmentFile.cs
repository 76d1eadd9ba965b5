using System.Text;
using System.Text.RegularExpressions;
using Acci.Environments.Variables;
using Acci.Generation;

namespace Acci.Environments.Files;

/// <summary>
/// A <c>.env</c> file, as docker compose reads it: <c>NAME=value</c> a line, values in single quotes as they are, in double quotes with escapes, without quotes up to
/// a comment. Source: Compose documentation, Interpolation, <c>.env</c> file syntax.
/// </summary>
public sealed partial class EnvironmentFile
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    internal const int MaximumSize = 4 * 1024 * 1024;

    private EnvironmentFile(string text) => Text = text;

    /// <summary>The file's text.</summary>
    public string Text { get; }

    /// <summary>What the variables are.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>Reads a file; one that does not exist is empty.</summary>
    /// <exception cref="DeliveryException">A line is not understood, or holds a value that docker compose would put something else into.</exception>
    public static EnvironmentFile Read(string file) => Parse(InputFile.Exists(file) ? InputFile.ReadText(file, MaximumSize) : "", Path.GetFileName(file));

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What it is called in errors.</param>
    /// <exception cref="DeliveryException">A line is not understood, or holds a value that docker compose would put something else into.</exception>
    public static EnvironmentFile Parse(string text, string name = ".env")
    {
        var file = new EnvironmentFile(text);
        // A position in one text: to cut off what was read would copy the rest for each line.
        var all = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        var line = 1;
        for (var at = 0; at < all.Length;)
        {
            var first = all.AsSpan(at..EndOfLine(at)).TrimStart();
            if (first.IsEmpty || first[0] == '#')
            {
                at = Math.Min(EndOfLine(at) + 1, all.Length);
                line++;
                continue;
            }

            var statement = Statement().Match(all, at);
            // The line may be the second one of a secret, so nothing of it is shown; no error here shows a value, or a part of one.
            if (!statement.Success) throw Wrong("this is no variable: write NAME=value");
            var variable = statement.Groups["name"].Value;
            var end = at + statement.Length;
            file._values[variable] = (end < all.Length ? all[end] : '\n') switch
            {
                '\'' => Quoted(variable, '\'', ref end),
                '"' => Unescape(variable, Quoted(variable, '"', ref end)),
                _ => Plain(variable, ref end),
            };
            line += all.AsSpan(at..end).Count('\n');
            at = end;
        }

        return file;

        DeliveryException Wrong(string problem) => new($"{name}, line {line}: {problem}.");

        int EndOfLine(int from) => all.IndexOf('\n', from) is >= 0 and var found ? found : all.Length;

        string Plain(string variable, ref int end)
        {
            var value = all[end..EndOfLine(end)];
            end += value.Length;
            return WithoutVariables(variable, TrailingComment().Replace(value, "").TrimEnd());
        }

        // A backslash before the quote makes it part of the value; before anything else it is one.
        string Quoted(string variable, char quote, ref int end)
        {
            var value = new StringBuilder();
            for (var i = end + 1; i < all.Length; i++)
            {
                if (all[i] == '\\' && i + 1 < all.Length)
                {
                    if (all[i + 1] != quote) value.Append('\\');
                    value.Append(all[++i]);
                }
                else if (all[i] == quote)
                {
                    end = EndOfLine(i);
                    var after = all.AsSpan((i + 1)..end).Trim();
                    return after.IsEmpty || after[0] == '#' ? value.ToString() : throw Wrong($"after the value of {variable} there is more than a comment");
                }
                else
                {
                    value.Append(all[i]);
                }
            }

            throw Wrong($"the value of {variable} begins with {quote} and does not end");
        }

        string Unescape(string variable, string text) => WithoutVariables(variable, Escape().Replace(text, match => match.ValueSpan[1] switch
        {
            'n' => "\n",
            'r' => "\r",
            't' => "\t",
            '$' => "$$",
            '\\' or '"' => match.Value[1..],
            _ => throw Wrong($"the value of {variable} holds an escape that not every docker compose knows: write the value in single quotes to keep it as it is"),
        }));

        string WithoutVariables(string variable, string value)
        {
            return Dollar().Matches(value).All(x => x.Value == "$$")
                ? value.Replace("$$", "$", StringComparison.Ordinal)
                : throw Wrong($"docker compose would put a variable into the value of {variable}: write the value in single quotes to keep it as it is");
        }
    }

    /// <summary>One variable of a file that may be broken elsewhere; null where the file does not set it, or not in a way that is understood.</summary>
    internal static string? Find(string file, string name)
    {
        if (!InputFile.Exists(file)) return null;
        foreach (var line in InputFile.ReadText(file, MaximumSize).ReplaceLineEndings("\n").Split('\n').Where(line => Statement().Match(line) is { Success: true } statement && statement.Groups["name"].Value == name).Reverse())
        {
            try
            {
                return Parse(line).Values[name] is { Length: > 0 } value ? value : null;
            }
            catch (DeliveryException)
            {
                // The one before it, then.
            }
        }

        return null;
    }

    /// <summary>The value, quoted so that it is read as exactly this text.</summary>
    /// <exception cref="ArgumentException">It holds a NUL or half of a surrogate pair.</exception>
    public static string Quote(string value)
    {
        if (!Specification.Scalar.IsWritable(value)) throw new ArgumentException("The value holds a NUL or half of a surrogate pair.", nameof(value));
        if (Unquoted().IsMatch(value)) return value;
        if (value.AsSpan().IndexOfAny("'\\\r") < 0) return $"'{value}'";
        var quoted = new StringBuilder("\"");
        foreach (var letter in value)
        {
            quoted.Append(letter switch
            {
                '\\' => @"\\",
                '"' => "\\\"",
                '$' => "$$",
                '\n' => "\\n",
                '\r' => "\\r",
                _ => letter.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>The line that sets a variable.</summary>
    public static string Line(string name, string value) => $"{name}={Quote(value)}";

    /// <summary>
    /// The text with every variable that it does not mention yet added at its end, each explained, and as a comment: what it is without. A comment of an earlier
    /// time, <c>#NAME=…</c> or that the app has its own default, says what it is without now.
    /// </summary>
    /// <param name="variables">What can be set.</param>
    /// <param name="preamble">The comment a new file begins with.</param>
    public string With(IEnumerable<Variable> variables, params IEnumerable<string> preamble)
    {
        var text = new StringBuilder(Text);
        if (text.Length == 0)
        {
            foreach (var line in preamble) text.Append(line.Length == 0 ? "#" : $"# {line}").Append('\n');
        }
        else if (text[^1] != '\n')
        {
            text.Append('\n');
        }

        foreach (var variable in variables)
        {
            var comment = Comment(variable);
            if (!Mentions(variable.Name)) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\n# {variable.Description}.\n{comment}\n");
            else Renew(text, variable.Name, comment);
        }

        return text.ToString();
    }

    /// <summary>
    /// Writes a file that only its owner can read; one that exists keeps its mode, and a link what it leads to. A reader sees the old one or the new one, never half of one.
    /// </summary>
    public static void Write(string file, string text)
    {
        var target = new FileInfo(file) is { LinkTarget: not null } link ? link.ResolveLinkTarget(returnFinalTarget: true)!.FullName : file;
        AtomicFile.Write(target, text, File.Exists(target) ? null : AtomicFile.OwnerOnly);
    }

    /// <summary>The comment that says what a variable is where nobody sets it.</summary>
    internal static string Comment(Variable variable) => variable.IsLeftOut ? OwnDefault(variable.Name) : $"#{Line(variable.Name, variable.Default ?? "")}";

    private static string OwnDefault(string name) => $"# Without it, the app's own default holds. To set it: {name}=VALUE";

    private static void Renew(StringBuilder text, string name, string comment)
    {
        var lines = text.ToString().Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith($"#{name}=", StringComparison.Ordinal) || lines[i].TrimEnd('\r') == OwnDefault(name)) lines[i] = comment + (lines[i].EndsWith('\r') ? "\r" : "");
        }

        text.Clear().AppendJoin('\n', lines);
    }

    private bool Mentions(string name) =>
        _values.ContainsKey(name) || Text.Split('\n').Any(line => line.TrimStart('#', ' ').StartsWith(name + "=", StringComparison.Ordinal) || line.TrimEnd('\r') == OwnDefault(name));

    [GeneratedRegex(@"\G[ \t]*(?:export[ \t]+)?(?<name>[A-Za-z_][A-Za-z0-9_.]*)[ \t]*=[ \t]*", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Statement();

    [GeneratedRegex(@"(?:^|\s)#.*$", RegexOptions.CultureInvariant)]
    private static partial Regex TrailingComment();

    [GeneratedRegex(@"\\.", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Escape();

    [GeneratedRegex(@"\$(?:\$|\{[^}]*\}?|[A-Za-z_][A-Za-z0-9_]*|)", RegexOptions.CultureInvariant)]
    private static partial Regex Dollar();

    [GeneratedRegex(@"^[A-Za-z0-9_./:@%+,-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Unquoted();
}
