using Acci.PostgreSql;
using Npgsql;

namespace Acci.Tenants;

/// <summary>The tenants in PostgreSQL.</summary>
internal sealed class TenantStore(Database database)
{
    /// <summary>How long a deletion is remembered: longer than the cache remembers anything.</summary>
    private static readonly TimeSpan Memory = TenantCache.Lifetime * 2;

    internal async Task<Tenant?> FindAsync(string slug, CancellationToken cancellationToken)
    {
        await using var command = Command("select slug, id, name, created_at from tenants where slug = $1", slug);
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Tenants in the order of their slugs.</summary>
    /// <param name="after">Only those behind this slug.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    internal async Task<IReadOnlyList<Tenant>> ListAsync(string after, int limit, CancellationToken cancellationToken)
    {
        await using var command = Command("select slug, id, name, created_at from tenants where slug > $1 order by slug limit $2", after, limit);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Creates a tenant; gives null when the slug is taken.</summary>
    internal async Task<Tenant?> CreateAsync(string slug, string name, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            insert into tenants (slug, id, name, created_at) values ($1, $2, $3, now())
            on conflict (slug) do nothing
            returning slug, id, name, created_at
            """,
            slug,
            Guid.CreateVersion7(),
            name);
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Deletes a tenant; gives false when there is none of that slug, or it is not one of those expected.</summary>
    /// <param name="slug">Which one.</param>
    /// <param name="expected">Only if it has one of these ids; null: whichever it is.</param>
    /// <param name="cancellationToken">Ends the statement.</param>
    internal async Task<bool> DeleteAsync(string slug, Guid[]? expected, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            with deleted as (delete from tenants where slug = $1 and ($2 or id = any(string_to_array($3, ',')::uuid[])) returning slug),
                 forgotten as (delete from tenant_deletions where deleted_at < now() - $4)
            insert into tenant_deletions (slug, deleted_at) select slug, now() from deleted
            """,
            slug,
            expected is null,
            string.Join(',', expected ?? []),
            Memory);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Slugs of what was deleted within the time that the cache remembers.</summary>
    internal async Task<IReadOnlyList<string>> RecentlyDeletedAsync(CancellationToken cancellationToken)
    {
        if (!database.IsConfigured)
            return [];
        await using var command = database.Requests.CreateCommand("select distinct slug from tenant_deletions where deleted_at > now() - $1");
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = Memory });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var slugs = new List<string>();
        while (await rows.ReadAsync(cancellationToken))
            slugs.Add(rows.GetString(0));
        return slugs;
    }

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<object> parameters)
    {
        var command = database.Requests.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return command;
    }

    private static async Task<IReadOnlyList<Tenant>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var tenants = new List<Tenant>();
        while (await rows.ReadAsync(cancellationToken))
            tenants.Add(new Tenant(rows.GetString(0), rows.GetGuid(1), rows.GetString(2), rows.GetDateTime(3)));
        return tenants;
    }
}
