using System.Text;

namespace Acci.Components;

/// <summary>The console, with a mask in place of every secret. It sits below both engines' logging, so that nothing gets round it.</summary>
internal sealed class RedactedWriter(TextWriter console) : TextWriter
{
    public override Encoding Encoding => console.Encoding;

    public override void Write(char value) => console.Write(value);

    public override void Write(string? value) => console.Write(value is null ? null : Redaction.Redact(value));

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void WriteLine(string? value) => console.WriteLine(value is null ? null : Redaction.Redact(value));

    public override void Flush() => console.Flush();
}
