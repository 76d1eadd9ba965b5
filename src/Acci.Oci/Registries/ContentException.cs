namespace Acci.Oci.Registries;

/// <summary>
/// A registry does not have what a reference or a digest names, or has something else there. Asking again changes nothing; the registry itself works.
/// </summary>
public sealed class ContentException : DeliveryException
{
    internal ContentException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
