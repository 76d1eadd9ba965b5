namespace Acci.Delivery.Signing;

/// <summary>An attestation is the signer's, and not what this image needs: it is about something else, or names another source.</summary>
internal sealed class StatementException(string message) : DeliveryException(message);
