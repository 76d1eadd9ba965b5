using Acci.Delivery.Caching;
using Acci.Delivery.Registries;

namespace Acci.Delivery.Engines;

/// <summary>
/// A docker configuration that is the user's, with logins and contexts, but for its plugins, which are the fetched ones: Compose looks among them for the buildx that it builds
/// with. It stays, so that a command that was shown can be typed. Source: docker/cli, cli-plugins/manager, <c>getPluginDirs</c>; docker/compose, pkg/compose/build_bake.go.
/// </summary>
internal static class FetchedPlugins
{
    private static readonly string[] OfUser = [DockerConfig.FileName, "contexts"];

    /// <summary>Links it, if it is not there.</summary>
    /// <param name="cache">Where it lies.</param>
    /// <param name="users">The folder of the user's configuration.</param>
    /// <param name="plugins">The folder of the fetched plugins.</param>
    /// <returns>Its folder.</returns>
    public static string Link(CacheDirectory cache, string users, string plugins)
    {
        users = Path.GetFullPath(users);
        cache.EnsureOwn();
        OwnFolder.Ensure(cache.Combine("bin"));
        var folder = cache.Combine("bin", $"docker-{Acci.Oci.Digest.Of(System.Text.Encoding.UTF8.GetBytes($"{users}\n{plugins}")).Hex[..8]}");
        // Programs are run from it, with logins.
        OwnFolder.Ensure(folder);
        foreach (var (name, target) in OfUser.Select(x => (x, Path.Combine(users, x))).Append(("cli-plugins", plugins)))
        {
            var link = new FileInfo(Path.Combine(folder, name));
            try
            {
                if (link.LinkTarget is null) link.CreateAsSymbolicLink(target);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException && new FileInfo(link.FullName).LinkTarget == target)
            {
                // Another build was faster.
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new DeliveryException($"{link.FullName} cannot be made: {exception.Message.TrimEnd('.')}. Remove {folder}: the next build makes it again.", exception);
            }

            if (new FileInfo(link.FullName).LinkTarget != target)
                throw new DeliveryException($"{link.FullName} does not lead to {target}, and programs are run from there. Remove {folder}: the next build makes it again.");
        }

        return folder;
    }
}
