using StackExchange.Redis;

namespace Acci.Redis;

/// <summary>
/// The connection to Redis. Whoever uses it gets an answer soon or none: after the first failure nobody asks again until
/// <see cref="CacheUpkeep"/> has begun another session.
/// </summary>
internal sealed partial class RedisLink(RedisSettings settings, ILogger<RedisLink> logger) : IAsyncDisposable
{
    /// <summary>A cache that is slower than this is slower than the database it stands before.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProbeLifetime = TimeSpan.FromMinutes(1);

    private ConnectionMultiplexer? _connection;
    private volatile RedisSession? _session;

    internal bool IsConfigured => settings.IsConfigured;

    /// <summary>Whether Redis is read.</summary>
    internal bool IsInUse => _session is { IsInUse: true };

    /// <summary>Asks Redis; gives null where it is not in use or fails.</summary>
    internal Task<T?> TryAsync<T>(Func<IDatabase, Task<T>> command)
        where T : struct => _session is { IsInUse: true } session ? TryAsync(session, command) : Task.FromResult<T?>(null);

    /// <summary>Tells Redis what it must know before it is in use, too; gives null where it is away or fails.</summary>
    internal Task<T?> TryTellAsync<T>(Func<IDatabase, Task<T>> command)
        where T : struct => _session is { } session ? TryAsync(session, command) : Task.FromResult<T?>(null);

    /// <summary>Connects where there is no connection yet, and makes sure that the server takes a write: a full one, or a replica, only answers reads.</summary>
    internal async Task<RedisSession> BeginAsync(CancellationToken cancellationToken)
    {
        if (_connection is null)
        {
            _connection = await ConnectionMultiplexer.ConnectAsync(Options());
            _connection.ConnectionFailed += (_, failure) => Lose(_session, failure.Exception);
        }
        var redis = _connection.GetDatabase();
        await redis.StringSetAsync($"{AppSettings.AppName}:probe", 1, ProbeLifetime).WaitAsync(Patience, cancellationToken);
        return _session = new RedisSession(redis);
    }

    /// <summary>Lets a session be read, which may have ended meanwhile.</summary>
    internal void Use(RedisSession session)
    {
        session.Use();
        if (!session.Ended.IsCompleted)
            LogInUse(settings.Host, settings.Port);
    }

    /// <summary>Ends a session, if it has not ended yet.</summary>
    internal void Lose(RedisSession? session, Exception? reason)
    {
        if (session is null || Interlocked.CompareExchange(ref _session, null, session) != session)
            return;
        if (session.IsInUse)
            LogLost(settings.Host, settings.Port, reason?.Message);
        session.End();
    }

    public async ValueTask DisposeAsync()
    {
        _session = null;
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    /// <summary>A server that refuses a command does not serve as a cache either.</summary>
    internal static bool IsOutage(Exception exception) => exception is RedisException or RedisCommandException or TimeoutException;

    private async Task<T?> TryAsync<T>(RedisSession session, Func<IDatabase, Task<T>> command)
        where T : struct
    {
        try
        {
            return await command(session.Database).WaitAsync(Patience);
        }
        catch (Exception exception) when (IsOutage(exception))
        {
            Lose(session, exception);
            return null;
        }
    }

    private ConfigurationOptions Options() => new()
    {
        EndPoints = { { settings.Host!, settings.Port } },
        User = settings.User,
        Password = settings.Password,
        Ssl = settings.Tls,
        ClientName = AppSettings.AppName,
        AbortOnConnectFail = false,
        ConnectTimeout = (int)ConnectTimeout.TotalMilliseconds,
        ReconnectRetryPolicy = new LinearRetry(500),
        // Seconds until a replica that became the primary is known as that.
        ConfigCheckSeconds = 5,
        // A command for a server that is away is not worth keeping until it is back.
        BacklogPolicy = BacklogPolicy.FailFast,
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "The cache {Host}:{Port} is in use")]
    private partial void LogInUse(string? host, int port);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cache {Host}:{Port} is away ({Reason}); all reads go to the database")]
    private partial void LogLost(string? host, int port, string? reason);
}
