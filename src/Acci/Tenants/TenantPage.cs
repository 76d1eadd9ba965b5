using System.ComponentModel;

namespace Acci.Tenants;

/// <summary>A part of the list of tenants, in the order of their slugs.</summary>
internal sealed record TenantPage(
    IReadOnlyList<Tenant> Items,
    [property: Description("Where the next page is; missing on the last one.")] string? Next);
