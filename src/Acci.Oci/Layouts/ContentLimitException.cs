namespace Acci.Oci.Layouts;

/// <summary>An image, or something that refers to one, is larger or deeper than is read. It can be left out; where there is more and more, that is another error.</summary>
internal sealed class ContentLimitException(string message) : DeliveryException(message);
