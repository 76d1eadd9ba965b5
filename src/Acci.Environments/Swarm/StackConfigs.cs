using System.Security.Cryptography;
using Acci.Environments.Specification;

namespace Acci.Environments.Swarm;

/// <summary>
/// The configuration files of a stack. One of a swarm cannot be changed, so its name tells its content: another content is another one, and the services that read it are
/// updated.
/// </summary>
internal static class StackConfigs
{
    private const int MaximumSize = 1024 * 1024, DigestLength = 12;

    /// <summary>The stack with such names; one that is named already, or exists in the swarm, keeps its own.</summary>
    /// <param name="stack">The stack, with paths that are not relative.</param>
    /// <param name="name">Its name.</param>
    /// <param name="areFilesThere">A file that does not exist is an error; else its name is one that no content has.</param>
    /// <exception cref="DeliveryException">A file does not exist, or is too large for a swarm, or a name is too long for it.</exception>
    public static ComposeFile Named(ComposeFile stack, string name, bool areFilesThere = true) => stack with
    {
        Configs = stack.Configs?.ToDictionary(x => x.Key, x => x.Value is { External: not true, File: { } file } ? Named(x.Key, x.Value, file.Text, name, areFilesThere) : x.Value),
    };

    private static FileObject Named(string config, FileObject declared, string file, string stack, bool isThere)
    {
        var path = file.Replace("$$", "$", StringComparison.Ordinal);
        var digest = isThere || InputFile.Exists(path) ? DigestOf(config, path) : new string('0', DigestLength);
        var named = declared.Name is null ? declared with { Name = $"{stack}_{config}_{digest}" } : declared;
        SwarmName.EnsureConfig(config, named.Name!.Value.Text);
        return named;
    }

    private static string DigestOf(string config, string file) => InputFile.Exists(file)
        ? Convert.ToHexStringLower(SHA256.HashData(InputFile.Read(file, MaximumSize)))[..DigestLength]
        : throw new DeliveryException($"Config '{config}': {file} does not exist. Nothing was deployed.");
}
