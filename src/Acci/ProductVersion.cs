using System.Reflection;

namespace Acci;

/// <summary>
/// Which build of the app this is. An image says it in its environment (<c>ACCI_VERSION</c>, <c>ACCI_REVISION</c>), so that the same sources give the same binary;
/// elsewhere the compiler wrote it into the assembly as <c>version+revision</c>.
/// </summary>
/// <param name="Version">Semantic version.</param>
/// <param name="Revision">The commit it was built from, or <c>unknown</c>.</param>
internal sealed record ProductVersion(string Version, string Revision)
{
    internal static ProductVersion Current { get; } = Read();

    /// <summary>The form of <c>acci --version</c>: <c>acci 1.4.0 (3f2c…)</c>.</summary>
    public override string ToString() => $"{AppSettings.AppName} {Version} ({Revision})";

    private static ProductVersion Read()
    {
        var compiled = (typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0").Split('+', 2);
        return new ProductVersion(Variable("ACCI_VERSION") ?? compiled[0], Variable("ACCI_REVISION") ?? (compiled.Length > 1 ? compiled[1] : "unknown"));
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
