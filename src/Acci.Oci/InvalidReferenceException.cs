namespace Acci.Oci;

/// <summary>A text is not an image reference.</summary>
public sealed class InvalidReferenceException(string text, ReferenceError error, string problem) : DeliveryException($"'{text}' is not an image reference: {problem}.")
{
    /// <summary>What is wrong with it.</summary>
    public ReferenceError Error { get; } = error;
}
