using Acci.Hosting;
using Acci.Tenants;
using Npgsql;

namespace Acci.Redis;

/// <summary>
/// Brings the cache into use at the start and whenever it was away. Before that, what was deleted meanwhile is removed from it: a
/// server that comes back with what it knew must not serve what no longer exists.
/// </summary>
internal sealed partial class CacheUpkeep(RedisLink link, TenantStore store, ILogger<CacheUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!link.IsConfigured)
            return;
        var said = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var redis = await link.ConnectAsync(stoppingToken);
                await TenantCache.ForgetAsync(redis, await store.RecentlyDeletedAsync(stoppingToken));
                said = false;
                await link.Use(redis).WaitAsync(stoppingToken);
            }
            catch (Exception exception) when (RedisLink.IsOutage(exception) || exception is NpgsqlException or UnavailableException)
            {
                if (!said && exception is not UnavailableException)
                {
                    LogAway(exception.Message);
                    said = true;
                }
                await Task.Delay(Pause, stoppingToken);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cache cannot be used yet: {Reason}")]
    private partial void LogAway(string reason);
}
