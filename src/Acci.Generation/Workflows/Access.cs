namespace Acci.Generation.Workflows;

/// <summary>What a job's token may do with one kind of thing.</summary>
public enum Access
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Read it.</summary>
    Read,

    /// <summary>Read and change it.</summary>
    Write,
}
