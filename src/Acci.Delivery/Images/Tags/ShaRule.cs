namespace Acci.Delivery.Images.Tags;

/// <summary>Source: docker/metadata-action, README, "type=sha".</summary>
internal sealed record ShaRule() : TagRule(DefaultPriority)
{
    public const int DefaultPriority = 100;

    public bool IsLong { get; init; }

    internal override TagCandidate? Find(TagExpressions expressions) =>
        expressions.Facts.Sha.Length == 0 ? null : new TagCandidate(IsLong ? expressions.Facts.Sha : expressions.Facts.ShortSha);
}
