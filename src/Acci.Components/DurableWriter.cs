using System.Text;

namespace Acci.Components;

/// <summary>
/// A console stream that a build outlives: when it is closed or its disk is full, what is written to it from then on is lost, which is said once, and the build goes on.
/// </summary>
/// <param name="stream">The stream.</param>
/// <param name="name">What messages call it.</param>
internal sealed class DurableWriter(TextWriter stream, string name) : TextWriter
{
    private int _isBroken;

    public override Encoding Encoding => stream.Encoding;

    public override void Write(char value) => Try(x => x.Write(value));

    public override void Write(string? value) => Try(x => x.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(x => x.Write(buffer, index, count));

    public override void WriteLine(string? value) => Try(x => x.WriteLine(value));

    public override void Flush() => Try(x => x.Flush());

    private void Try(Action<TextWriter> write)
    {
        if (_isBroken != 0) return;
        try
        {
            write(stream);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            if (Interlocked.Exchange(ref _isBroken, 1) != 0 || this == Console.Error) return;
            Console.Error.WriteLine($"warning: {name} cannot be written ({exception.Message.TrimEnd('.')}); the build goes on without it");
        }
    }
}
