namespace Acci.Generation;

/// <summary>A file cannot be generated from what was declared: the message says what is wrong, where, and what to do.</summary>
public class GenerationException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The message alone: a stack trace helps nobody who reads a build's log.</summary>
    public override string ToString() => Message;
}
