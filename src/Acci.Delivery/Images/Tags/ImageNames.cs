using Acci.Oci;

namespace Acci.Delivery.Images.Tags;

/// <summary>
/// Reads docker/metadata-action's list of the names that tags are for.
/// Source: docker/metadata-action, README, "images input".
/// </summary>
public static class ImageNames
{
    /// <summary>
    /// Reads names: <c>ghcr.io/owner/app</c>, <c>name=owner/app,enable=false</c>; each text is one entry or a block of them, one a line.
    /// Upper case becomes lower case, and what is not enabled is left out. A single entry may list several names with commas.
    /// </summary>
    /// <exception cref="DeliveryException">An entry breaks the syntax, or a name the grammar of references.</exception>
    public static IReadOnlyList<ImageReference> Parse(params IEnumerable<string> entries)
    {
        var all = AttributeList.Entries(entries).ToList();
        return all is [var only] && AttributeList.Parse(only) is var names && names.All(x => x.Key is null)
            ? names.Select(x => Name(x.Value)).ToList()
            : all.Select(ParseEntry).OfType<ImageReference>().ToList();
    }

    private static ImageReference? ParseEntry(string entry)
    {
        var name = "";
        var isEnabled = true;
        foreach (var (key, value) in AttributeList.Parse(entry))
        {
            switch (key, value)
            {
                case (null or "name", _):
                    name = value;
                    break;
                case ("enable", "true" or "false"):
                    isEnabled = value == "true";
                    break;
                case ("enable", _):
                    throw new DeliveryException($"In the image '{entry}', enable is '{value}' and must be true or false.");
                default:
                    throw new DeliveryException($"In the image '{entry}', '{key}' is no attribute; there are name and enable.");
            }
        }

        return name.Length == 0 ? throw new DeliveryException($"The image '{entry}' has no name.") : isEnabled ? Name(name) : null;
    }

    // Owners and repositories of GitHub may have upper-case letters, names of images may not.
    private static ImageReference Name(string text) => ImageReference.Parse(LowerCase(text)) is { Tag: null, Digest: null } name
        ? name
        : throw new DeliveryException($"The image '{text}' has a tag or a digest; tags come from the rules.");

#pragma warning disable CA1308 // Lower case is what the grammar of references asks for, not a way to compare.
    private static string LowerCase(string text) => text.ToLowerInvariant();
#pragma warning restore CA1308
}
