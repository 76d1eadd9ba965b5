using Npgsql;

namespace Acci.PostgreSql;

/// <summary>Which failures of the database pass, so that the client may try again.</summary>
internal static class Failures
{
    /// <summary>
    /// Whether the database is away, too busy or refuses the app for now, as opposed to a statement that is wrong. SQLSTATE classes:
    /// 28 authorization (a password that is being rotated), 3D no such database; and a statement that took too long or was cancelled, or came to a
    /// server that only answers reads until it has taken over.
    /// </summary>
    internal static bool IsOutage(NpgsqlException exception) =>
        exception.IsTransient
        || exception.SqlState is ['2', '8', ..] or ['3', 'D', ..] or PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.ReadOnlySqlTransaction;

    /// <summary>Whether a table, a column or a schema is missing.</summary>
    internal static bool IsMissingSchema(NpgsqlException exception) => exception.SqlState
        is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.InvalidSchemaName;
}
