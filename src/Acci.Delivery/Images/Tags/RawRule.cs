namespace Acci.Delivery.Images.Tags;

/// <summary>Source: docker/metadata-action, README, "type=raw".</summary>
internal sealed record RawRule() : TagRule(DefaultPriority)
{
    public const int DefaultPriority = 200;

    public required TagTemplate Value { get; init; }

    internal override bool IsDated => Value.IsDated || base.IsDated;

    internal override TagCandidate Find(TagExpressions expressions) => new(expressions.Render(Value));
}
