using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Nuke.Common.IO;
using Nuke.Common.Utilities;

namespace Nuke.Common.Tooling;

/// <summary>
/// Arguments as an interpolated string: values with white space are quoted, <c>{value:r}</c> keeps a value out of the log,
/// <c>{value:nq}</c> leaves it without quotes.
/// </summary>
[InterpolatedStringHandler]
public ref struct ArgumentStringHandler
{
    private readonly StringBuilder _text;
    private readonly List<string> _secrets;

    /// <summary>Called by the compiler.</summary>
    public ArgumentStringHandler(int literalLength, int formattedCount, out bool handlerIsValid)
    {
        _text = new StringBuilder(literalLength + (16 * formattedCount));
        _secrets = [];
        handlerIsValid = true;
    }

    /// <summary>Takes arguments as they are.</summary>
    public static implicit operator ArgumentStringHandler(string value)
    {
        var handler = new ArgumentStringHandler(value?.Length ?? 0, 0, out _);
        handler.AppendLiteral(value);
        return handler;
    }

    /// <summary>Called by the compiler.</summary>
    public readonly void AppendLiteral(string value) => _text.Append(value);

    /// <summary>Called by the compiler.</summary>
    public readonly void AppendFormatted(object obj, int alignment = 0, string format = null)
    {
        var value = obj is string ? (string)obj : obj is AbsolutePath path ? path.ToString() : Convert.ToString(obj, CultureInfo.InvariantCulture);
        if (format == "r")
            _secrets.Add(value);
        // A hole inside quotes is not quoted again.
        var quoted = format == AbsolutePath.NoQuotes || _text.Length > 0 && _text[^1] is (char)34 or (char)39 ? value : value.DoubleQuoteIfNeeded();
        _text.AppendFormat(CultureInfo.InvariantCulture, $"{{0,{alignment}}}", quoted);
    }

    /// <summary>Called by the compiler.</summary>
    public readonly void AppendFormatted(IEnumerable<IAbsolutePathHolder> paths, int alignment = 0, string format = null)
    {
        var separator = string.Empty;
        foreach (var holder in paths)
        {
            _text.Append(separator);
            AppendFormatted(holder.Path, alignment, format);
            separator = " ";
        }
    }

    /// <summary>The arguments.</summary>
    public readonly string ToStringAndClear() => _text?.ToString();

    /// <summary>Replaces the secrets among the arguments.</summary>
    public readonly Func<string, string> GetFilter() => Redaction.Of(_secrets);
}
