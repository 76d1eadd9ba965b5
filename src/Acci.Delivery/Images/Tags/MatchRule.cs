namespace Acci.Delivery.Images.Tags;

/// <summary>Source: docker/metadata-action, README, "type=match".</summary>
internal sealed record MatchRule() : TagRule(DefaultPriority)
{
    public const int DefaultPriority = 800;

    public required MatchPattern Pattern { get; init; }

    public int Group { get; init; }

    public TagTemplate? Value { get; init; }

    internal override TagAffixes? Affixes => TagAffixes.None;

    internal override TagCandidate? Find(TagExpressions expressions)
    {
        if (ValueOrTag(Value, expressions) is not { } text) return null;
        if (Pattern.Find(text) is not { } groups)
        {
            expressions.Warn($"'{Pattern}' does not match '{text}'.");
            return null;
        }

        if (groups.ElementAtOrDefault(Group) is { } found)
        {
            // What it finds may be a part of the version that the git tag names.
            var version = ImageVersion.TryParse(found) ?? (Value is null ? ImageVersion.TryParse(expressions.Facts.TaggedVersion) : null);
            return new TagCandidate(found, IsRelease: true) { Version = version };
        }

        expressions.Warn($"'{Pattern}' has found no group {Group} in '{text}'.");
        return null;
    }
}
