namespace Acci;

/// <summary>How the connection to the database is protected.</summary>
public enum TlsMode
{
    /// <summary>Never encrypted.</summary>
    Disable,

    /// <summary>Encrypted where the server can; the server is not verified.</summary>
    Prefer,

    /// <summary>Always encrypted; the server is not verified.</summary>
    Require,

    /// <summary>Always encrypted; the server's certificate must be valid and name its host.</summary>
    VerifyFull,
}
