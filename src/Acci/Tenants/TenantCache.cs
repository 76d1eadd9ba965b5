using System.Text.Json;
using Acci.Hosting;
using Acci.PostgreSql;
using Acci.Redis;
using StackExchange.Redis;

namespace Acci.Tenants;

/// <summary>
/// Copies of tenants in Redis, shared by all replicas. A deletion leaves an empty value behind for longer than a request lasts, and a
/// copy is only ever added where nothing is: a slow reader cannot bring a deleted tenant back.
/// </summary>
internal sealed class TenantCache(RedisLink link, Database database, CacheMetrics metrics)
{
    /// <summary>How long a copy is kept.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan TombstoneLifetime = Limits.RequestTimeout * 6;

    /// <summary>The copy of a tenant, null where there is none.</summary>
    internal async Task<Tenant?> FindAsync(string slug)
    {
        if (await link.TryAsync(redis => redis.StringGetAsync(Key(slug))) is not { } value)
        {
            metrics.Away();
            return null;
        }
        var copy = value.IsNullOrEmpty ? null : Read(value!, slug);
        if (copy is null)
            metrics.Miss();
        else
            metrics.Hit();
        // What cannot be read would be in the way of a new copy until it expires. Not simply removed, because by now it may be a deletion's.
        if (copy is null && !value.IsNullOrEmpty)
            await ForgetAsync(slug);
        return copy;
    }

    /// <summary>Keeps a copy, unless the tenant was just deleted.</summary>
    internal Task KeepAsync(Tenant tenant) =>
        link.TryAsync(redis => redis.StringSetAsync(
            Key(tenant.Slug), JsonSerializer.SerializeToUtf8Bytes(tenant, AcciJson.Default.Tenant), Lifetime, When.NotExists));

    /// <summary>Removes a copy; does nothing where the cache is away.</summary>
    internal Task ForgetAsync(string slug) => link.TryTellAsync(redis => BuryAsync(redis, slug));

    /// <summary>Removes copies.</summary>
    internal Task ForgetAsync(RedisSession session, IEnumerable<string> slugs) => Task.WhenAll(slugs.Select(slug => BuryAsync(session.Database, slug)));

    private Task<bool> BuryAsync(IDatabase redis, string slug) => redis.StringSetAsync(Key(slug), RedisValue.EmptyString, TombstoneLifetime);

    /// <summary>
    /// The number is that of the copy's form: replicas of different builds do not read each other's. Neither do those of different databases.
    /// </summary>
    private RedisKey Key(string slug) => $"{AppSettings.AppName}:{database.Installation}:tenant:1:{slug}";

    private static Tenant? Read(byte[] json, string slug)
    {
        try
        {
            return JsonSerializer.Deserialize(json, AcciJson.Default.Tenant) is { Name: not null } copy && copy.Slug == slug ? copy : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
