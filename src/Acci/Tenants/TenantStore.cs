using Acci.PostgreSql;
using Npgsql;

namespace Acci.Tenants;

/// <summary>The tenants in PostgreSQL.</summary>
internal sealed class TenantStore(Database database)
{
    /// <summary>How long a deletion is remembered: longer than the cache remembers anything.</summary>
    internal static readonly TimeSpan Memory = TenantCache.Lifetime * 2;

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

    /// <summary>Deletes a tenant; gives false when it does not exist any more.</summary>
    internal async Task<bool> DeleteAsync(Tenant tenant, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            with deleted as (delete from tenants where slug = $1 and id = $2 returning slug),
                 forgotten as (delete from tenant_deletions where deleted_at < now() - $3)
            insert into tenant_deletions (slug, deleted_at) select slug, now() from deleted
            """,
            tenant.Slug,
            tenant.Id,
            Memory);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Slugs of what was deleted within a time, up to <see cref="Memory"/>; none where there is no database.</summary>
    internal async Task<IReadOnlyList<string>> DeletedWithinAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        if (!database.IsConfigured)
            return [];
        await using var command = Command("select distinct slug from tenant_deletions where deleted_at > now() - $1", time);
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
