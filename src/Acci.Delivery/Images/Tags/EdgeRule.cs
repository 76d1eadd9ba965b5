namespace Acci.Delivery.Images.Tags;

/// <summary>Source: docker/metadata-action, README, "type=edge".</summary>
internal sealed record EdgeRule() : TagRule(DefaultPriority)
{
    public const int DefaultPriority = 700;

    public string? Name { get; init; }

    internal override TagCandidate? Find(TagExpressions expressions) =>
        expressions.Facts.Branch is { } branch && branch == (Name ?? expressions.Facts.Repository.DefaultBranch) ? new TagCandidate("edge") : null;
}
