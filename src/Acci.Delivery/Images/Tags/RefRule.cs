namespace Acci.Delivery.Images.Tags;

/// <summary>Source: docker/metadata-action, README, "type=ref".</summary>
internal sealed record RefRule(RefKind Kind) : TagRule(DefaultPriority)
{
    public const int DefaultPriority = 600;

    internal override TagAffixes? Affixes => Kind == RefKind.Tag ? TagAffixes.None : null;

    internal override TagCandidate? Find(TagExpressions expressions) => Kind switch
    {
        RefKind.Branch => expressions.Facts.Branch is { } branch ? new TagCandidate(branch) : null,
        RefKind.Tag => expressions.Facts.Tag is { } tag ? new TagCandidate(tag, IsRelease: true) { Version = ImageVersion.TryParse(expressions.Facts.TaggedVersion) } : null,
        _ => expressions.Facts.PullRequest is { } number ? new TagCandidate(number) : null,
    };
}
