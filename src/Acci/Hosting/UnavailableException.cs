namespace Acci.Hosting;

/// <summary>Something that the request needs is not there yet or not there now; the message may be shown to the client.</summary>
internal sealed class UnavailableException(string message) : Exception(message);
