namespace Acci.Tenants;

/// <summary>The tenants, read through the cache.</summary>
internal sealed class TenantDirectory(TenantStore store, TenantCache cache)
{
    internal async Task<Tenant?> FindAsync(string slug, CancellationToken cancellationToken)
    {
        if (await cache.FindAsync(slug) is { } copy)
            return copy;
        var tenant = await store.FindAsync(slug, cancellationToken);
        if (tenant is not null)
            await cache.KeepAsync(tenant);
        return tenant;
    }

    /// <inheritdoc cref="TenantStore.DeleteAsync"/>
    internal async Task<bool> DeleteAsync(string slug, Guid[]? expected, CancellationToken cancellationToken)
    {
        // Before, so that no reader finds a copy of what is deleted, even if this process ends right after. A cache that is away now
        // may be back by the time the tenant is gone; if it is not, CacheUpkeep makes up for it.
        var forgotten = await cache.ForgetAsync(slug);
        var deleted = await store.DeleteAsync(slug, expected, cancellationToken);
        if (!forgotten)
            await cache.ForgetAsync(slug);
        return deleted;
    }
}
