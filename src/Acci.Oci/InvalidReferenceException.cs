using System.Text.RegularExpressions;

namespace Acci.Oci;

/// <summary>A text is not an image reference.</summary>
public sealed partial class InvalidReferenceException(string text, ReferenceError error, string problem)
    : DeliveryException($"'{Login().Replace(text, "***@")}' is not an image reference: {problem}.")
{
    /// <summary>What is wrong with it.</summary>
    public ReferenceError Error { get; } = error;

    // A reference has no place for a login, and so whoever writes one there has it refused: without being repeated.
    [GeneratedRegex(@"^.*:.*@(?!sha\d+:)", RegexOptions.Singleline)]
    private static partial Regex Login();
}
