namespace Acci.Commands;

/// <summary>The app cannot start for a reason that the operator can remove; the message is all they need, no stack trace.</summary>
internal sealed class StartException(string message, Exception innerException) : Exception(message, innerException);
