using Acci.Delivery.Signing;

namespace Acci.Components;

/// <summary>Secrets that are masked wherever their text stands, and so hide what the build says anyway; and those that are too short to be masked at all.</summary>
internal static class WeakSecrets
{
    private const int Short = 8;
    private const int LongestWord = 16;

    /// <summary>What to say of them, once each, by the name that a person knows.</summary>
    /// <param name="secrets">The secrets; several names may have the same.</param>
    public static IEnumerable<string> Warnings(IEnumerable<(string Name, string Value)> secrets) => secrets
        // A PIN has as many digits as the hardware takes.
        .Where(x => !string.IsNullOrWhiteSpace(x.Value) && x.Name != KeyService.PinVariable).DistinctBy(x => x.Value)
        .Select(x => Redaction.Redact(x.Value) == x.Value ? $"{x.Name} is so short that it is not masked in what the build prints: take a longer one"
            : IsWeak(x.Value.Trim()) ? $"{x.Name} is short, or a word: wherever the build prints that text, it shows {Redaction.Mask}. Take a longer one, with digits"
            : null)
        .OfType<string>();

    private static bool IsWeak(string secret) => secret.Length < Short || (secret.Length < LongestWord && secret.All(char.IsAsciiLetter));
}
