namespace Acci.Delivery.Signing;

/// <summary>
/// An image lacks a valid signature or attestation, or has one that is the signer's and not what the image needs: about something else, of another source, of a pull request.
/// Or it is not an image with platforms, or its title is another image's.
/// </summary>
internal sealed class StatementException(string message) : DeliveryException(message);
