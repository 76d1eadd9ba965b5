namespace Acci.Oci.Registries;

/// <summary>What the secret of <see cref="Credentials"/> is.</summary>
public enum CredentialKind
{
    /// <summary>A password or access token, which goes with a user's name.</summary>
    Password,

    /// <summary>A token that a token service takes in place of user and password; docker calls it an identity token.</summary>
    RefreshToken,

    /// <summary>A token that the registry itself takes; docker calls it a registry token.</summary>
    BearerToken,
}
