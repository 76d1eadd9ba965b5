using Acci.Delivery.Caching;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Oci;

namespace Acci.Delivery.Buildx;

/// <summary>Where cached build steps come from and go to, in buildx's words. Source: Docker documentation, "Cache storage backends".</summary>
public static class CacheLocation
{
    /// <summary>The values of <c>cache-from</c> and <c>cache-to</c>.</summary>
    /// <param name="cache">The kind of cache.</param>
    /// <param name="repository">The image's repository; a registry cache lies beside it.</param>
    /// <param name="local">The folder a local cache lies below.</param>
    /// <param name="part">What is built of the image, where others build the rest and would overwrite one cache; empty for all of it.</param>
    /// <param name="isTrunk">The default branch is being built. What another branch or a pull request builds must not end up in what the trunk is built from.</param>
    public static (IReadOnlyList<string> From, IReadOnlyList<string> To) Of(BuildCache cache, ImageReference repository, CacheDirectory local, bool isTrunk, string part = "")
    {
        var suffix = part.Length == 0 ? "" : $"-{part}";
        switch (cache)
        {
            case BuildCache.Registry:
                var reference = $"ref={repository.Repository}:buildcache{suffix}";
                return ([$"type=registry,{reference}"], isTrunk ? [$"type=registry,{reference},mode=max,image-manifest=true,oci-mediatypes=true,ignore-error=true"] : []);
            case BuildCache.GitHubActions:
                var scope = $"scope={repository.Path.Split('/')[^1]}{suffix}";
                return ([$"type=gha,{scope}"], [$"type=gha,{scope},mode=max,ignore-error=true"]);
            case BuildCache.Local:
                var folder = local.Combine("buildcache", repository.Path.Split('/')[^1] + suffix);
                return ([$"type=local,{CsvField.Of("src", folder)}"], [$"type=local,{CsvField.Of("dest", folder)},mode=max"]);
            default:
                return ([], []);
        }
    }
}
