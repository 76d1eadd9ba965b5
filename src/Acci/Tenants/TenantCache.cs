using System.Text.Json;
using Acci.Hosting;
using Acci.Redis;
using StackExchange.Redis;

namespace Acci.Tenants;

/// <summary>
/// Copies of tenants in Redis, shared by all replicas. A deletion leaves an empty value behind for longer than a request lasts, and a
/// copy is only ever added where nothing is: a slow reader cannot bring a deleted tenant back.
/// </summary>
internal sealed class TenantCache(RedisLink link)
{
    /// <summary>How long a copy is kept.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan TombstoneLifetime = Limits.RequestTimeout * 6;

    /// <summary>The copy of a tenant, null where there is none.</summary>
    internal async Task<Tenant?> FindAsync(string slug) =>
        await link.TryAsync(redis => redis.StringGetAsync(Key(slug))) is { IsNullOrEmpty: false } json
            ? JsonSerializer.Deserialize((byte[])json!, AcciJson.Default.Tenant)
            : null;

    /// <summary>Keeps a copy, unless the tenant was just deleted.</summary>
    internal Task KeepAsync(Tenant tenant) =>
        link.TryAsync(redis => redis.StringSetAsync(
            Key(tenant.Slug), JsonSerializer.SerializeToUtf8Bytes(tenant, AcciJson.Default.Tenant), Lifetime, When.NotExists));

    /// <summary>Removes a copy; gives false where the cache is away.</summary>
    internal async Task<bool> ForgetAsync(string slug) => await link.TryAsync(redis => BuryAsync(redis, slug)) is true;

    /// <summary>Removes copies before the cache is used.</summary>
    internal static Task ForgetAsync(IDatabase redis, IEnumerable<string> slugs) => Task.WhenAll(slugs.Select(slug => BuryAsync(redis, slug)));

    private static Task<bool> BuryAsync(IDatabase redis, string slug) => redis.StringSetAsync(Key(slug), RedisValue.EmptyString, TombstoneLifetime);

    /// <summary>The number is that of the copy's form: replicas of different builds do not read each other's.</summary>
    private static RedisKey Key(string slug) => $"acci:tenant:1:{slug}";
}
