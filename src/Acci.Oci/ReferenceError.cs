namespace Acci.Oci;

/// <summary>The ways in which a text can fail to be an image reference, as the distribution project tells them apart.</summary>
public enum ReferenceError
{
    /// <summary>There is no text.</summary>
    Empty,

    /// <summary>The text breaks the grammar.</summary>
    Format,

    /// <summary>The repository has upper-case letters.</summary>
    UppercaseRepository,

    /// <summary>The repository's path is too long.</summary>
    RepositoryTooLong,

    /// <summary>The repository is 64 hexadecimal digits: an image's identifier, not its name.</summary>
    Identifier,

    /// <summary>The digest has characters it must not have.</summary>
    DigestFormat,

    /// <summary>The digest's algorithm is not sha256.</summary>
    DigestAlgorithm,

    /// <summary>The digest is longer or shorter than its algorithm makes it.</summary>
    DigestLength,
}
