namespace Acci.Delivery.Processes;

/// <summary>A program ended with an exit code other than 0, or could not be started at all.</summary>
public sealed class CommandFailedException : DeliveryException
{
    private const int ShownLines = 12;

    /// <summary>The program ran and failed.</summary>
    public CommandFailedException(Command command, CommandResult result)
        : base($"`{command}` ended with exit code {result.ExitCode}.{string.Concat(result.LastLines(ShownLines).Select(line => $"\n    {line}"))}") =>
        Result = result;

    /// <summary>The program could not be started.</summary>
    public CommandFailedException(Command command, Exception cause)
        : base($"'{command.Executable}' could not be started: {cause.Message.TrimEnd('.')}. Install it, or put it on the PATH.", cause)
    {
    }

    /// <summary>How the program ended; none when it could not be started.</summary>
    public CommandResult? Result { get; }
}
