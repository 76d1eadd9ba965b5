namespace Acci.PostgreSql;

/// <summary>The database was migrated by something else than this app's released migrations; going on could destroy data.</summary>
internal sealed class MigrationConflictException(Migration migration) : Exception(
    $"migration {migration} differs from the one of that version that was applied to the database: "
    + "this build does not belong to this database, or a released migration was changed. Restore it and add a new one.");
