using Acci.Hosting;
using Acci.Settings;
using Npgsql;

namespace Acci.PostgreSql;

/// <summary>The connections to PostgreSQL.</summary>
internal sealed class Database(DatabaseSettings settings, ILoggerFactory? logging = null) : IAsyncDisposable
{
    /// <summary>How long a statement of a request may take.</summary>
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(3);

    /// <summary>How long a request waits for a connection, be it a new one or one of a busy pool.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>One for what may wait long (migrations), one for what must not (health).</summary>
    private const int UpkeepConnections = 2;

    private readonly NpgsqlDataSource? _requests = settings.IsConfigured ? Build(settings, logging, settings.MaximumConnections) : null;
    private readonly NpgsqlDataSource? _upkeep = settings.IsConfigured ? Build(settings, logging, UpkeepConnections) : null;

    private volatile bool _hasSchema;

    internal bool IsConfigured => settings.IsConfigured;

    /// <summary>Whether the database is known to have the schema that this build needs.</summary>
    internal bool HasSchema
    {
        get => _hasSchema;
        set => _hasSchema = value;
    }

    /// <summary>The pool that serves requests.</summary>
    /// <exception cref="UnavailableException">There is no database, or not yet with the schema that requests need.</exception>
    internal NpgsqlDataSource Requests =>
        _requests is null ? throw NotConfigured() : HasSchema ? _requests : throw new UnavailableException("The database is not ready yet.");

    /// <summary>Connections beside that pool, for health and migrations: a busy pool must not look like a dead server.</summary>
    /// <exception cref="UnavailableException">There is no database.</exception>
    internal NpgsqlDataSource Upkeep => _upkeep ?? throw NotConfigured();

    public async ValueTask DisposeAsync()
    {
        if (_requests is not null)
            await _requests.DisposeAsync();
        if (_upkeep is not null)
            await _upkeep.DisposeAsync();
    }

    private static NpgsqlDataSource Build(DatabaseSettings settings, ILoggerFactory? logging, int connections)
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
            Timeout = (int)ConnectTimeout.TotalSeconds,
            CommandTimeout = (int)CommandTimeout.TotalSeconds,
            // Milliseconds a server gets to confirm that it cancelled a statement; a dead one never does.
            CancellationTimeout = 500,
            TcpKeepAlive = true,
            ApplicationName = "acci",
        };
        var builder = new NpgsqlSlimDataSourceBuilder(connection.ConnectionString).UseLoggerFactory(logging);
        builder.EnableTransportSecurity();
        return builder.Build();
    }

    private static UnavailableException NotConfigured() =>
        new($"No database is configured: set {SettingName.Of(nameof(AppSettings.Database), nameof(DatabaseSettings.Host)).EnvironmentVariable}.");
}
