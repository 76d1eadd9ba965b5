namespace Acci.Delivery.Signing;

/// <summary>
/// An image lacks a valid signature or attestation, or has one that is the signer's and not what the image needs: about something else, of another source, of a pull request.
/// Or the image is none that attestations could be about, or says that it is another one.
/// </summary>
internal sealed class StatementException(string message) : DeliveryException(message);
