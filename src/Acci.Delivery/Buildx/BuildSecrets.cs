using Acci.Delivery.Processes;

namespace Acci.Delivery.Buildx;

/// <summary>Files of this machine that a build step may read but never keep: its package sources and its certificate authorities.</summary>
public static class BuildSecrets
{
    /// <summary>The files that are there, by the id a Dockerfile mounts them under: <c>nuget-config</c>, <c>ca-bundle</c>.</summary>
    public static IReadOnlyDictionary<string, string> Of(ProcessEnvironment environment)
    {
        var secrets = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add("nuget-config", Path.Combine(environment.Home, ".nuget", "NuGet", "NuGet.Config"), Path.Combine(environment.ApplicationData, "NuGet", "NuGet.Config"));
        Add("ca-bundle", environment.Find("SSL_CERT_FILE") ?? "");
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
