namespace Acci.Environments.Declarations;

/// <summary>A secret that a store takes when it makes its data: with another one they could not be read any more.</summary>
/// <param name="Secret">The secret.</param>
/// <param name="Volume">The volume the data are in.</param>
/// <param name="Store">The store, as people call it: <c>PostgreSQL</c>.</param>
/// <param name="Change">How one tells the store another one: <c>ALTER ROLE … PASSWORD …</c>.</param>
public sealed record DataSecret(ServiceSecret Secret, string Volume, string Store, string Change);
