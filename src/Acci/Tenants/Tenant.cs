namespace Acci.Tenants;

/// <summary>A customer of the app, whose data is apart from every other's.</summary>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Id">Tells it from an earlier or later tenant of the same slug.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="CreatedAt">When it was created, UTC.</param>
internal sealed record Tenant(string Slug, Guid Id, string Name, DateTime CreatedAt);
