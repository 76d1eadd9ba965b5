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

    /// <inheritdoc cref="TenantStore.FindAsync"/>
    internal Task<Tenant?> FindStoredAsync(string slug, CancellationToken cancellationToken) => store.FindAsync(slug, cancellationToken);

    /// <inheritdoc cref="TenantStore.DeleteAsync"/>
    internal async Task<bool> DeleteAsync(Tenant tenant, CancellationToken cancellationToken)
    {
        // Before, so that no reader finds a copy of what is deleted, even if this process ends right after.
        await cache.ForgetAsync(tenant.Slug);
        try
        {
            return await store.DeleteAsync(tenant, cancellationToken);
        }
        finally
        {
            // After, whatever came of it: a cache that was away may be about to be used again, and CacheUpkeep may have asked
            // what was deleted before this was.
            await cache.ForgetAsync(tenant.Slug);
        }
    }
}
