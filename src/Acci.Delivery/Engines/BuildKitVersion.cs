using Acci.Oci;

namespace Acci.Delivery.Engines;

/// <summary>
/// Which BuildKit builds an image. Two versions compress the same layers differently, so the same commit has the same platform digests only where one
/// version builds.
/// </summary>
internal static class BuildKitVersion
{
    /// <summary>Annotation of an index: the version that its platforms were built with.</summary>
    public const string Annotation = "org.acci.buildkit";

    // Its name in buildx before 0.13, and since.
    private static readonly string[] Names = ["BuildKit version", "Buildkit"];

    /// <summary>
    /// The version that builds at these sites, <c>v0.25.1</c>, with the platforms where they have different ones; null where one does not say it.
    /// </summary>
    public static async Task<string?> FindAsync(IReadOnlyList<BuildSite> sites, CancellationToken cancellationToken)
    {
        var versions = await Task.WhenAll(sites.Select(site => OfAsync(site.Engine, cancellationToken)));
        return Together(sites.Zip(versions).Select(x => ((IEnumerable<Platform>)x.First.Platforms, x.Second)));
    }

    /// <summary>What is said of an image whose platforms several have built; null where one of them is not known.</summary>
    /// <param name="built">Who built what. One that several built says it with the platforms already.</param>
    public static string? Together(IEnumerable<(IEnumerable<Platform> Platforms, string? Version)> built)
    {
        var all = built.ToList();
        return all.Any(x => x.Version is null) ? null
            : all.DistinctBy(x => x.Version).Count() == 1 ? all[0].Version
            : string.Join(", ", all.Select(x => HasPlatforms(x.Version!) ? x.Version : $"{string.Join(' ', x.Platforms)} {AsOne(x.Version!)}"));

        static string AsOne(string version) => version.Replace(", ", " and ", StringComparison.Ordinal);

        static bool HasPlatforms(string version) => version.Contains('/', StringComparison.Ordinal);
    }

    // A builder of several nodes has a version for each.
    private static async Task<string?> OfAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        string[] arguments = engine.Builder is { } builder ? ["buildx", "inspect", builder] : ["buildx", "inspect"];
        var versions = (await engine.AskAsync(arguments, cancellationToken) ?? "").Split('\n')
            .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).Where(x => x.Length == 2 && Names.Contains(x[0]))
            .Select(x => x[1]).Distinct().ToArray();
        return versions.Length == 0 ? null : string.Join(", ", versions);
    }
}
