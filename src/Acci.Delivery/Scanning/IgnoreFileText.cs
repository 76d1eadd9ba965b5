using System.Text;

namespace Acci.Delivery.Scanning;

/// <summary>A small text file that people write, read strictly.</summary>
internal static class IgnoreFileText
{
    /// <summary>The file's text: UTF-8, or UTF-16 with its mark.</summary>
    /// <exception cref="DeliveryException">It cannot be read, is far too large, or is no text.</exception>
    public static string Read(string file, int maximumSize)
    {
        var content = InputFile.Read(file, maximumSize);
        Encoding encoding = content switch
        {
            [0xFF, 0xFE, ..] => new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true),
            [0xFE, 0xFF, ..] => new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true),
            _ => new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true),
        };
        try
        {
            var text = encoding.GetString(content).TrimStart('\uFEFF').ReplaceLineEndings("\n");
            return text.AsSpan().IndexOf('\0') is >= 0 and var zero
                ? throw new DeliveryException($"{file}, line {1 + text.AsSpan(0, zero).Count('\n')}: there is a zero character: this is no text file.")
                : text;
        }
        catch (DecoderFallbackException exception)
        {
            var line = 1 + content.AsSpan(0, Math.Min(Math.Max(exception.Index, 0), content.Length)).Count((byte)'\n');
            throw new DeliveryException($"{file}, line {line}: it is not UTF-8. Write it as UTF-8.", exception);
        }
    }

    /// <summary>The text as it stands in a message.</summary>
    public static string Short(string text) => Redaction.Beginning(SafeText.Terminal(text), 60);
}
