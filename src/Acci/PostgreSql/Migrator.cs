using Npgsql;

namespace Acci.PostgreSql;

/// <summary>
/// Brings a database's schema to what this build needs. All that is pending is applied in one transaction under an advisory lock, so
/// that however many replicas start at once, each migration runs once. Migrations of a newer build are left alone: during an update
/// old and new replicas run side by side.
/// </summary>
internal sealed class Migrator(NpgsqlDataSource database, IReadOnlyList<Migration> migrations)
{
    /// <summary>Any number that all replicas agree on and nothing else uses: "acci" in ASCII.</summary>
    private const long LockKey = 0x61636369;

    /// <summary>Applies what is pending and gives that; an up-to-date schema is only read.</summary>
    /// <exception cref="MigrationConflictException">The database holds another migration of the same version.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached, or refuses a statement.</exception>
    internal async Task<IReadOnlyList<Migration>> ApplyAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await PendingAsync(connection, cancellationToken) is [])
            return [];

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Without a time limit: another replica may be in the middle of a long migration, and ours may be one.
        await ExecuteAsync(connection, "select pg_advisory_xact_lock($1)", cancellationToken, LockKey);
        await ExecuteAsync(
            connection,
            """
            create table if not exists schema_migrations (
                version int primary key,
                name text not null,
                checksum text not null,
                applied_at timestamptz not null
            )
            """,
            cancellationToken);
        var pending = await PendingAsync(connection, cancellationToken);
        foreach (var migration in pending)
        {
            await ExecuteAsync(connection, migration.Sql, cancellationToken);
            await ExecuteAsync(
                connection,
                "insert into schema_migrations values ($1, $2, $3, now())",
                cancellationToken,
                migration.Version,
                migration.Name,
                migration.Checksum);
        }
        await transaction.CommitAsync(cancellationToken);
        return pending;
    }

    /// <summary>What tells the database from all others.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached, or is not migrated.</exception>
    internal async Task<Guid> InstallationAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select id from installation");
        return (Guid)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<IReadOnlyList<Migration>> PendingAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var applied = await AppliedAsync(connection, cancellationToken);
        foreach (var migration in migrations)
            if (applied.TryGetValue(migration.Version, out var checksum) && checksum != migration.Checksum)
                throw new MigrationConflictException(migration);
        return [.. migrations.Where(migration => !applied.ContainsKey(migration.Version))];
    }

    private static async Task<Dictionary<int, string>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand("select to_regclass('schema_migrations') is not null", connection);
        if (await exists.ExecuteScalarAsync(cancellationToken) is false)
            return [];
        await using var select = new NpgsqlCommand("select version, checksum from schema_migrations", connection);
        await using var rows = await select.ExecuteReaderAsync(cancellationToken);
        var applied = new Dictionary<int, string>();
        while (await rows.ReadAsync(cancellationToken))
            applied.Add(rows.GetInt32(0), rows.GetString(1));
        return applied;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
