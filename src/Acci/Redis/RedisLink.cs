using Acci.Settings;
using StackExchange.Redis;

namespace Acci.Redis;

/// <summary>
/// The connection to Redis. Whoever uses it gets an answer soon or none: after the first failure nobody asks again until
/// <see cref="CacheUpkeep"/> has put the connection back into use.
/// </summary>
internal sealed partial class RedisLink(RedisSettings settings, ILogger<RedisLink> logger) : IAsyncDisposable
{
    /// <summary>A cache that is slower than this is slower than the database it stands before.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    private ConnectionMultiplexer? _connection;
    private volatile IDatabase? _inUse;
    private volatile TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal bool IsConfigured => settings.IsConfigured;

    /// <summary>Asks Redis; gives null where it is away or fails.</summary>
    internal async Task<T?> TryAsync<T>(Func<IDatabase, Task<T>> command)
        where T : struct
    {
        if (_inUse is not { } redis)
            return null;
        try
        {
            return await command(redis).WaitAsync(Patience);
        }
        catch (Exception exception) when (IsOutage(exception))
        {
            Lose(exception);
            return null;
        }
    }

    /// <summary>Connects where there is no connection yet, and makes sure that the server answers.</summary>
    internal async Task<IDatabase> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connection is null)
        {
            _connection = await ConnectionMultiplexer.ConnectAsync(Options());
            _connection.ConnectionFailed += (_, failure) => Lose(failure.Exception);
        }
        var redis = _connection.GetDatabase();
        await redis.PingAsync().WaitAsync(Patience, cancellationToken);
        return redis;
    }

    /// <summary>Puts the connection into use.</summary>
    /// <returns>A task that ends when the connection is lost again.</returns>
    internal Task Use(IDatabase redis)
    {
        _lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _inUse = redis;
        LogInUse(settings.Host, settings.Port);
        return _lost.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _inUse = null;
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    internal static bool IsOutage(Exception exception) => exception is RedisException or TimeoutException;

    private void Lose(Exception? reason)
    {
        if (Interlocked.Exchange(ref _inUse, null) is null)
            return;
        LogLost(settings.Host, settings.Port, reason?.Message);
        _lost.TrySetResult();
    }

    private ConfigurationOptions Options() => new()
    {
        EndPoints = { { settings.Host!, settings.Port } },
        User = settings.User,
        Password = settings.Password,
        Ssl = settings.Tls,
        ClientName = "acci",
        AbortOnConnectFail = false,
        ConnectTimeout = (int)ConnectTimeout.TotalMilliseconds,
        ReconnectRetryPolicy = new LinearRetry(500),
        // A command for a server that is away is not worth keeping until it is back.
        BacklogPolicy = BacklogPolicy.FailFast,
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "The cache {Host}:{Port} is in use")]
    private partial void LogInUse(string? host, int port);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The cache {Host}:{Port} is away ({Reason}); all reads go to the database")]
    private partial void LogLost(string? host, int port, string? reason);
}
