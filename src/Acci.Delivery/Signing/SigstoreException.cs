namespace Acci.Delivery.Signing;

/// <summary>A service that keyless signing or its verification needs refused: nothing is known of the image's signatures.</summary>
/// <param name="message">Which service, how it failed, and what to do.</param>
public sealed class SigstoreException(string message) : DeliveryException(message);
