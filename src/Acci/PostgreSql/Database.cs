using Acci.Hosting;
using Acci.Settings;
using Npgsql;

namespace Acci.PostgreSql;

/// <summary>The connections to PostgreSQL.</summary>
internal sealed class Database(DatabaseSettings settings, ILoggerFactory? logging = null) : IAsyncDisposable
{
    /// <summary>
    /// How long a request waits for a connection, a new one or one of a busy pool, and then for a statement. With as long as that again to tell a
    /// server that does not answer to give up, it is the time of a request (<see cref="Limits.RequestTimeout"/>).
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The same for migrations, for which nobody waits; what asks for health stops waiting by itself.</summary>
    private static readonly TimeSpan UpkeepPatience = TimeSpan.FromSeconds(5);

    /// <summary>One for what may wait long (migrations), one for what must not (health).</summary>
    internal const int UpkeepConnections = 2;

    /// <summary>
    /// The server ends a statement itself, just before this side would: that takes no second connection, and the first one can be used again. Only
    /// for requests: a migration may take long.
    /// </summary>
    private static readonly string StatementTimeout = $"-c statement_timeout={Patience.TotalMilliseconds - 100:F0}";

    /// <summary>What a client is told while the schema is not there.</summary>
    internal const string NotReady = "The database is not ready yet.";

    private readonly NpgsqlDataSource? _requests =
        settings.IsConfigured ? Build(settings, logging, settings.MaximumConnections, Patience, StatementTimeout) : null;

    private readonly NpgsqlDataSource? _upkeep = settings.IsConfigured ? Build(settings, logging, UpkeepConnections, UpkeepPatience) : null;

    private volatile string? _installation;
    private volatile TaskCompletionSource _schemaMissing = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal bool IsConfigured => settings.IsConfigured;

    /// <summary>Whether the database is known to have the schema that this build needs.</summary>
    internal bool HasSchema => _installation is not null;

    /// <summary>Tells this database from all others; null while the schema is not there.</summary>
    internal string? Installation => _installation;

    /// <summary>Ends when a request finds the schema missing.</summary>
    internal Task SchemaMissing => _schemaMissing.Task;

    /// <summary>The pool that serves requests.</summary>
    /// <exception cref="UnavailableException">There is no database, or not yet with the schema that requests need.</exception>
    internal NpgsqlDataSource Requests =>
        _requests is null ? throw NotConfigured() : HasSchema ? _requests : throw new UnavailableException(NotReady);

    /// <summary>Connections beside that pool, for health and migrations: a busy pool must not look like a dead server.</summary>
    /// <exception cref="UnavailableException">There is no database.</exception>
    internal NpgsqlDataSource Upkeep => _upkeep ?? throw NotConfigured();

    /// <summary>The schema is there.</summary>
    internal void FindSchema(Guid installation)
    {
        _schemaMissing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _installation = installation.ToString("N");
    }

    /// <summary>The schema was not there when a request needed it: the database was made anew, or restored.</summary>
    internal void MissSchema()
    {
        _installation = null;
        _schemaMissing.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        if (_requests is not null)
            await _requests.DisposeAsync();
        if (_upkeep is not null)
            await _upkeep.DisposeAsync();
    }

    private static NpgsqlDataSource Build(DatabaseSettings settings, ILoggerFactory? logging, int connections, TimeSpan patience, string? options = null)
    {
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = settings.Host,
            Port = settings.Port,
            Database = settings.Name,
            Username = settings.User,
            Password = settings.Password,
            SslMode = settings.Tls switch
            {
                TlsMode.Disable => SslMode.Disable,
                TlsMode.Prefer => SslMode.Prefer,
                TlsMode.Require => SslMode.Require,
                _ => SslMode.VerifyFull,
            },
            MaxPoolSize = connections,
            Timeout = (int)patience.TotalSeconds,
            CommandTimeout = (int)patience.TotalSeconds,
            // Milliseconds a server gets to confirm that it cancelled a statement; a dead one never does.
            CancellationTimeout = 500,
            TcpKeepAlive = true,
            // Its offer, which this app has no ticket for, costs a connection of its own.
            GssEncryptionMode = GssEncryptionMode.Disable,
            Options = options,
            ApplicationName = AppSettings.AppName,
        };
        var builder = new NpgsqlSlimDataSourceBuilder(connection.ConnectionString).UseLoggerFactory(logging);
        builder.EnableTransportSecurity();
        return builder.Build();
    }

    private static UnavailableException NotConfigured() =>
        new($"No database is configured: set {SettingName.Of(AppSettings.Naming, nameof(AppSettings.Database), nameof(DatabaseSettings.Host)).EnvironmentVariable}.");
}
