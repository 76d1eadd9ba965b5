namespace Acci.Delivery.Images.Tags;

/// <summary>What a <see cref="RefRule"/> is about.</summary>
internal enum RefKind
{
    Branch,
    Tag,
    PullRequest,
}
