using System.Diagnostics;
using Acci.Hosting;
using Acci.Tenants;
using Npgsql;

namespace Acci.Redis;

/// <summary>
/// Brings the cache into use at the start and whenever it was away. Before that, what was deleted meanwhile is removed from it: a
/// server that comes back with what it knew must not serve what no longer exists. While it is in use, so is what a replica deleted that
/// alone cannot reach it.
/// </summary>
internal sealed partial class CacheUpkeep(RedisLink link, TenantStore store, TenantCache cache, ILogger<CacheUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!link.IsConfigured)
            return;
        var (pause, said) = (ShortestPause, false);
        while (!stoppingToken.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            try
            {
                var session = await link.BeginAsync(stoppingToken);
                await RepairAsync(session, stoppingToken);
                link.Use(session);
                said = false;
                await WatchAsync(session, stoppingToken);
            }
            catch (UnavailableException)
            {
                // The database is being migrated, which does not take long.
                pause = ShortestPause;
            }
            catch (Exception exception) when (RedisLink.IsOutage(exception) || exception is NpgsqlException)
            {
                if (!said)
                    LogAway(exception.Message);
                said = true;
            }
            // A server that fails soon after it came back must not keep the database busy.
            if (Stopwatch.GetElapsedTime(began) > LongestPause * 2)
                pause = ShortestPause;
            await Task.Delay(pause, stoppingToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task RepairAsync(RedisSession session, CancellationToken cancellationToken)
    {
        try
        {
            await cache.ForgetAsync(session, await store.DeletedWithinAsync(TenantStore.Memory, cancellationToken));
        }
        catch (Exception exception)
        {
            link.Lose(session, exception);
            throw;
        }
    }

    private async Task WatchAsync(RedisSession session, CancellationToken cancellationToken)
    {
        var last = Stopwatch.GetTimestamp();
        while (true)
        {
            await session.Ended.WaitAsync(Interval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (session.Ended.IsCompleted)
                return;
            var now = Stopwatch.GetTimestamp();
            try
            {
                // A deletion is dated by its beginning, and seen when it has ended.
                var slugs = await store.DeletedWithinAsync(Stopwatch.GetElapsedTime(last, now) + Limits.RequestTimeout, cancellationToken);
                await cache.ForgetAsync(session, slugs);
                last = now;
            }
            catch (Exception exception) when (exception is NpgsqlException or UnavailableException)
            {
                // The next look covers this one's time, too.
            }
            catch (Exception exception) when (RedisLink.IsOutage(exception))
            {
                link.Lose(session, exception);
                return;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cache cannot be used yet: {Reason}")]
    private partial void LogAway(string reason);
}
