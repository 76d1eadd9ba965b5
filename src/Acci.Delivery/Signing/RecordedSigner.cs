namespace Acci.Delivery.Signing;

/// <summary>Who signed, as the record of a publish names it.</summary>
/// <param name="Name">The workflow's identity, or the beginning of the public key's digest.</param>
/// <param name="Source">For a workflow, where it ran and who issued its token; records of earlier versions do not say it.</param>
public sealed record RecordedSigner(string Name, WorkflowSource? Source = null)
{
    /// <summary>It is a workflow, and no key.</summary>
    internal bool IsWorkflow => Name.StartsWith("https://", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Source is null ? Name : $"{Name} (run by {Source.Repository})";
}
