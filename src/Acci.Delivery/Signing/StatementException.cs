namespace Acci.Delivery.Signing;

/// <summary>
/// An attestation is the signer's, and not what this image needs: it is about something else, or names another source. Or the image is none that attestations could be about.
/// </summary>
internal sealed class StatementException(string message) : DeliveryException(message);
