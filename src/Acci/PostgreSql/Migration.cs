using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Acci.PostgreSql;

/// <summary>A step of the database's schema, from a file <c>NNNN_name.sql</c> that never changes once it was released.</summary>
/// <param name="Version">Its place in the order, from 1.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Sql">Statements that run inside a transaction.</param>
internal sealed record Migration(int Version, string Name, string Sql)
{
    private const string Prefix = "migrations/";

    /// <summary>All migrations of this build, in order.</summary>
    internal static IReadOnlyList<Migration> All { get; } = [.. Load().OrderBy(migration => migration.Version)];

    /// <summary>SHA-256 of the statements, to tell a migration that was changed after it was applied.</summary>
    internal string Checksum => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sql)));

    public override string ToString() => $"{Version:0000}_{Name}";

    private static IEnumerable<Migration> Load()
    {
        var assembly = typeof(Migration).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var (version, name) = resource[Prefix.Length..].Split('_', 2) switch { var parts => (parts[0], parts[1]) };
            yield return new Migration(int.Parse(version, CultureInfo.InvariantCulture), name, reader.ReadToEnd().ReplaceLineEndings("\n"));
        }
    }
}
