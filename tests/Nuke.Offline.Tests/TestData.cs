using System.Reflection;

namespace Nuke.Offline.Tests;

/// <summary>Where the files beside the tests are.</summary>
internal static class TestData
{
    private static readonly Dictionary<string, string> Metadata = typeof(TestData).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Where(x => x.Value is not null)
        .ToDictionary(x => x.Key, x => x.Value!);

    private static string Project { get; } = Metadata["ProjectDirectory"];

    public static string Surface { get; } = Path.Combine(Project, "nuke-10.1.0", "surface");

    public static string Behaviour { get; } = Path.Combine(Project, "nuke-10.1.0", "behaviour");

    public static string Sample { get; } = Path.Combine(Project, "sample");

    public static string Verbs { get; } = Path.Combine(Project, "verbs");

    public static string VerbsBuild { get; } = Path.Combine(Verbs, "build", "bin", Metadata["Configuration"], "_build.dll");

    public static string SampleBuild { get; } = Path.Combine(Sample, "build", "bin", Metadata["Configuration"], "_build.dll");
}
