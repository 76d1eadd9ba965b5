using Acci.Oci;

namespace Acci.Delivery.Images.Tags;

/// <summary>
/// What docker/metadata-action makes of a build: full tags, labels and annotations.
/// Source: docker/metadata-action, README, "outputs".
/// </summary>
public sealed record ImageMetadata
{
    /// <summary>The tags without the images' names.</summary>
    public required TagSet TagSet { get; init; }

    /// <summary>Every tag for every image: <c>ghcr.io/owner/app:1.2.3</c>; without images, the tags alone.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>The labels, sorted by key.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>The annotations, sorted by key.</summary>
    public required IReadOnlyDictionary<string, string> Annotations { get; init; }

    /// <summary>Applies the rules to a build.</summary>
    /// <param name="facts">The build.</param>
    /// <param name="rules">Which tags it gets.</param>
    /// <param name="images">What the tags are for; see <see cref="ImageNames"/>.</param>
    /// <param name="labels">Further labels <c>key=value</c>, which may have expressions in them and win over the usual ones.</param>
    /// <param name="annotations">Further annotations, likewise.</param>
    /// <exception cref="DeliveryException">An expression cannot be read or has no value of the kind that is needed.</exception>
    public static ImageMetadata Create(
        BuildFacts facts, TagRules rules, IReadOnlyList<ImageReference> images, IEnumerable<string>? labels = null, IEnumerable<string>? annotations = null)
    {
        var tags = rules.Apply(facts);
        var expressions = new TagExpressions(facts);
        var usual = OciLabels.Of(facts, tags.Version).ToDictionary();
        var (allLabels, allAnnotations) = (With(labels), With(annotations));
        return new ImageMetadata
        {
            Tags = images.Count == 0 ? tags.All : [.. images.SelectMany(image => tags.All.Select(tag => $"{image.Repository}:{tag}"))],
            Labels = allLabels,
            Annotations = allAnnotations,
            TagSet = tags with { Warnings = [.. tags.Warnings.Union(expressions.Warnings)] },
        };

        IReadOnlyDictionary<string, string> With(IEnumerable<string>? entries)
        {
            var all = new SortedDictionary<string, string>(usual.ToDictionary(), LabelOrder.Instance);
            foreach (var entry in AttributeList.Entries(entries ?? []))
            {
                var text = expressions.Render(entry);
                var equals = text.IndexOf('=', StringComparison.Ordinal);
                if (equals < 0) expressions.Warn($"The label '{entry}' has no value and is left out; write key=value.");
                else all[text[..equals]] = text[(equals + 1)..];
            }

            return all;
        }
    }
}
