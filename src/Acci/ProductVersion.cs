using System.Reflection;

namespace Acci;

/// <summary>Which build of the app this is; the build wrote it into the assembly as <c>version+revision</c>.</summary>
/// <param name="Version">Semantic version.</param>
/// <param name="Revision">The commit it was built from, or <c>unknown</c>.</param>
internal sealed record ProductVersion(string Version, string Revision)
{
    internal static ProductVersion Current { get; } = Parse(
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0");

    /// <summary>The form of <c>acci --version</c>: <c>acci 1.4.0 (3f2c…)</c>.</summary>
    public override string ToString() => $"acci {Version} ({Revision})";

    private static ProductVersion Parse(string informationalVersion) => informationalVersion.Split('+', 2) switch
    {
        [var version, var revision] => new ProductVersion(version, revision),
        _ => new ProductVersion(informationalVersion, "unknown"),
    };
}
