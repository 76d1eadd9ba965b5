namespace Acci;

/// <summary>A value that a person typed, or set, cannot be used: the build ends with exit code 2, as it does for a parameter that does not exist.</summary>
public class WrongUseException(string message, Exception? innerException = null) : DeliveryException(message, innerException)
{
    /// <summary>Reads what was typed; where it cannot be read, that is wrong use.</summary>
    /// <param name="parameter">The parameter as people type it, <c>--severity</c>.</param>
    /// <param name="read">Reads it.</param>
    /// <exception cref="WrongUseException">It cannot be read; the message names the parameter.</exception>
    public static T Read<T>(string parameter, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DeliveryException exception) when (exception is not WrongUseException)
        {
            var message = exception.Message.Contains(parameter, StringComparison.Ordinal) ? exception.Message : $"{parameter}: {exception.Message}";
            throw new WrongUseException(message, exception);
        }
    }
}
