namespace Acci.Delivery.Images.Tags;

/// <summary>Source: docker/metadata-action, README, "type=schedule".</summary>
internal sealed record ScheduleRule() : TagRule(DefaultPriority)
{
    public const int DefaultPriority = 1000;

    public required TagTemplate Pattern { get; init; }

    internal override bool IsDated => Pattern.IsDated || base.IsDated;

    internal override TagCandidate? Find(TagExpressions expressions) =>
        expressions.Facts.EventName.Contains("schedule", StringComparison.Ordinal) ? new TagCandidate(expressions.Render(Pattern)) : null;
}
