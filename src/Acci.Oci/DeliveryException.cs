namespace Acci;

/// <summary>
/// Something went wrong that the person at the keyboard can act on: the message says what was wrong, where, and what to do.
/// </summary>
public class DeliveryException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>What was asked for may be done all the same: an attempt at it ended without an answer that decides.</summary>
    public bool IsUndecided { get; internal set; }

    /// <summary>The message alone: where in our code it was found out helps nobody who reads a build's log.</summary>
    public override string ToString() => Message;
}
