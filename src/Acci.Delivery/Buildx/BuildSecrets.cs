namespace Acci.Delivery.Buildx;

/// <summary>Files of this machine that a build step may read but never keep: its package sources and its certificate authorities.</summary>
public static class BuildSecrets
{
    /// <summary>The files that are there, by the id a Dockerfile mounts them under: <c>nuget-config</c>, <c>ca-bundle</c>.</summary>
    public static IReadOnlyDictionary<string, string> OfThisMachine()
    {
        var secrets = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var roaming = Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData);
        Add("nuget-config", Path.Combine(home, ".nuget", "NuGet", "NuGet.Config"), Path.Combine(roaming, "NuGet", "NuGet.Config"));
        Add("ca-bundle", Environment.GetEnvironmentVariable("SSL_CERT_FILE") ?? "");
        return secrets;

        void Add(string id, params ReadOnlySpan<string> files)
        {
            foreach (var file in files)
            {
                if (!File.Exists(file)) continue;
                secrets[id] = file;
                return;
            }
        }
    }
}
