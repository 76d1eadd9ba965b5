using System.Diagnostics;
using Npgsql;

namespace Acci.Tests.Servers;

/// <summary>A PostgreSQL server with a cluster of its own.</summary>
internal sealed class PostgresServer : ServerProcess
{
    public const string Password = "correct horse; battery='staple'";
    private const string User = "postgres";
    private readonly string _programs;

    private PostgresServer(string programs)
        : base("PostgreSQL") => _programs = programs;

    /// <summary>Starts a server; gives null where PostgreSQL cannot be had.</summary>
    public static async Task<PostgresServer?> TryStartAsync(CancellationToken cancellationToken)
    {
        if (await DistributionPackages.FindAsync(FindInitdb, "postgresql", cancellationToken) is not { } initdb)
            return null;
        var server = new PostgresServer(Path.GetDirectoryName(initdb)!);
        await server.InitializeAsync(cancellationToken);
        await server.StartAsync(cancellationToken);
        return server;
    }

    /// <summary>Creates an empty database and gives the app's settings for it.</summary>
    public async Task<(string Name, string Value)[]> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var name = $"t{Guid.NewGuid():N}";
        await ExecuteAsync("postgres", $"create database {name}", cancellationToken);
        return Settings(name);
    }

    public (string Name, string Value)[] Settings(string database) =>
    [
        ("APP__DATABASE__HOST", "127.0.0.1"),
        ("APP__DATABASE__PORT", $"{Port}"),
        ("APP__DATABASE__NAME", database),
        ("APP__DATABASE__USER", User),
        ("APP__DATABASE__PASSWORD", Password),
    ];

    /// <summary>The database's name in the app's settings.</summary>
    public static string NameOf((string Name, string Value)[] settings) => settings.Single(setting => setting.Name == "APP__DATABASE__NAME").Value;

    /// <summary>The file of the certificate with which the server offers TLS; nobody but itself has signed it.</summary>
    public string Certificate => Path.Combine(Cluster, "server.crt");

    /// <summary>Makes the server offer TLS.</summary>
    public async Task OfferTlsAsync(CancellationToken cancellationToken)
    {
        SelfSigned.Write(Certificate, Path.Combine(Cluster, "server.key"));
        await GiveToPostgresAsync(cancellationToken);
        await ExecuteAsync("postgres", "alter system set ssl = on", cancellationToken);
        await ExecuteAsync("postgres", "select pg_reload_conf()", cancellationToken);
        while (await QueryAsync<string>("postgres", "show ssl", cancellationToken) != "on") await Task.Delay(20, cancellationToken);
    }

    public async Task ExecuteAsync(string database, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(database, cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<T?> QueryAsync<T>(string database, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(database, cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>A connection that is not pooled.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(string database, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1", Port = Port, Database = database, Username = User, Password = Password, Pooling = false,
        }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <summary>Fast shutdown, as an operator's restart does it: the server tells its clients and ends.</summary>
    public Task ShutDownAsync(CancellationToken cancellationToken) => EndAsync("INT", cancellationToken);

    /// <summary>Immediate shutdown: the server and all its processes end without a word; the next start recovers from the log.</summary>
    protected override string KillSignal => "QUIT";

    protected override ProcessStartInfo StartInfo() => AsPostgres(
        Path.Combine(_programs, "postgres"),
        "-D", Cluster, "-p", $"{Port}", "-k", Folder.FullName,
        "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=300");

    protected override async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await (await ConnectAsync("postgres", cancellationToken)).DisposeAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private string Cluster => Path.Combine(Folder.FullName, "cluster");

    private static string? FindInitdb() => Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateFiles("/usr/lib/postgresql", "initdb", SearchOption.AllDirectories).Order(StringComparer.Ordinal).LastOrDefault()
        : DistributionPackages.InPath("initdb");

    private async Task InitializeAsync(CancellationToken cancellationToken)
    {
        var password = Path.Combine(Folder.FullName, "password");
        await File.WriteAllTextAsync(password, Password, cancellationToken);
        await GiveToPostgresAsync(cancellationToken);
        var start = AsPostgres(
            Path.Combine(_programs, "initdb"),
            "-D", Cluster, "-U", User, "-E", "UTF8", "--locale=C", "--no-sync", "--auth=scram-sha-256", $"--pwfile={password}");
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var initdb = Process.Start(start)!;
        var output = initdb.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = await initdb.StandardError.ReadToEndAsync(cancellationToken);
        await initdb.WaitForExitAsync(cancellationToken);
        if (initdb.ExitCode != 0)
            throw new InvalidOperationException($"initdb failed:\n{await output}{error}");
    }

    private async Task GiveToPostgresAsync(CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
            return;
        using var chown = Process.Start("chown", ["-R", User, Folder.FullName]);
        await chown.WaitForExitAsync(cancellationToken);
    }

    /// <summary>PostgreSQL refuses to run as root; its package made a user for it.</summary>
    private static ProcessStartInfo AsPostgres(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? new ProcessStartInfo("setpriv", [$"--reuid={User}", $"--regid={User}", "--clear-groups", program, .. arguments]) { WorkingDirectory = "/" }
        : new ProcessStartInfo(program, arguments);
}
