using Acci.Oci;

namespace Acci.Delivery.Publishing;

/// <summary>Checks whether another publish's image is signed as this one's images are. Only such an image may keep a tag.</summary>
/// <param name="isTrustedAsync">Checks one image; throws a <see cref="DeliveryException"/> if it cannot tell.</param>
internal sealed class TagTrust(Func<ImageReference, Task<bool>> isTrustedAsync)
{
    private readonly Dictionary<ImageReference, Task<bool>> _trusted = [];

    /// <summary>The message if that cannot be checked.</summary>
    public static string NotKnown(DeliveryException exception) => $"whether that is signed as this build's images are is not known: {exception.Message}";

    /// <summary>Checks an image once. A check that failed is not repeated for the next tag, because each one would use up the retries.</summary>
    public Task<bool> AskAsync(ImageReference image) => _trusted.TryGetValue(image, out var answer) ? answer : _trusted[image] = isTrustedAsync(image);

    /// <summary>The check failed.</summary>
    public bool IsUnknown(ImageReference image) => _trusted.GetValueOrDefault(image) is { IsFaulted: true };

    /// <summary>Why the image does not count, and whether that is known.</summary>
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
