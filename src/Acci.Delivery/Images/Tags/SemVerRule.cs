namespace Acci.Delivery.Images.Tags;

/// <summary>Source: docker/metadata-action, README, "type=semver".</summary>
internal sealed record SemVerRule() : TagRule(DefaultPriority)
{
    public const int DefaultPriority = 900;

    private static readonly TagTemplate WholeVersion = "{{version}}";

    public required TagTemplate Pattern { get; init; }

    public TagTemplate? Value { get; init; }

    public MatchPattern? Within { get; init; }

    internal override TagAffixes? Affixes => Pattern.Affixes;

    internal override TagCandidate? Find(TagExpressions expressions)
    {
        if ((Value is null && Within is null ? expressions.Facts.TaggedVersion : ValueOrTag(Value, expressions)) is not { } text)
        {
            if (Value is null && expressions.Facts.Tag is { } tag) expressions.Warn($"'{tag}' is not a version with '{expressions.Facts.VersionTagPrefix}' before it, so '{Pattern}' gives no tag.");
            return null;
        }

        if (Within is not null)
        {
            if (Within.Find(text) is { } groups)
            {
                text = groups.ElementAtOrDefault(1)
                    ?? throw new DeliveryException($"The expression '{Within}' of a rule of type semver needs a group around the version, as in v(.*).");
            }
            else
            {
                expressions.Warn($"'{Within}' does not match '{text}'.");
            }
        }

        text = text.Replace('/', '-');
        if (ImageVersion.TryParse(text) is not { IsNodes: true } version)
        {
            expressions.Warn($"'{text}' is not a semantic version (https://semver.org), so '{Pattern}' gives no tag.");
            return null;
        }

        // Only what names a pre-release in full may name it at all: 2.0 must not become 2.0.8-beta.
        var candidate = !version.IsPrerelease
            ? new TagCandidate(expressions.Render(Pattern, version), IsRelease: true)
            : new TagCandidate(expressions.Render(Pattern.OnlyExpression == "raw" ? Pattern : WholeVersion, version));
        return candidate with { Version = version };
    }
}
