using Acci.Oci;

namespace Acci.Delivery.Publishing;

/// <summary>Whether a publish may leave its tags to another one's image: that is signed as its own.</summary>
/// <param name="isTrustedAsync">Says so, or that it cannot tell, by a <see cref="DeliveryException"/>.</param>
internal sealed class TagTrust(Func<ImageReference, Task<bool>> isTrustedAsync)
{
    private readonly Dictionary<ImageReference, Task<bool>> _trusted = [];

    /// <summary>What is said where nobody can tell.</summary>
    public static string NotKnown(DeliveryException exception) => $"whether that is signed as this build's images are is not known: {exception.Message}";

    /// <summary>Asks once: what is not known is not asked again for the next tag, each time until the retries are used up.</summary>
    public Task<bool> AskAsync(ImageReference image) => _trusted.TryGetValue(image, out var answer) ? answer : _trusted[image] = isTrustedAsync(image);

    /// <summary>Nobody could tell.</summary>
    public bool IsUnknown(ImageReference image) => _trusted.GetValueOrDefault(image) is { IsFaulted: true };

    /// <summary>What speaks against it, and whether that is known.</summary>
    public async Task<(string? Problem, bool IsKnown)> ProblemWithAsync(ImageReference newer)
    {
        try
        {
            return (await AskAsync(newer) ? null : "is not signed as this build's images are", true);
        }
        catch (DeliveryException exception)
        {
            return (NotKnown(exception).TrimEnd('.'), false);
        }
    }
}
