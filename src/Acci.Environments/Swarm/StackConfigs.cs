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
    /// <exception cref="DeliveryException">A file does not exist, or is too large for a swarm.</exception>
    public static ComposeFile Named(ComposeFile stack, string name) => stack with
    {
        Configs = stack.Configs?.ToDictionary(x => x.Key, x => x.Value is { File: { } file, Name: null, External: not true }
            ? x.Value with { Name = $"{name}_{x.Key}_{DigestOf(x.Key, file.Text.Replace("$$", "$", StringComparison.Ordinal))}" }
            : x.Value),
    };

    private static string DigestOf(string config, string file) => InputFile.Exists(file)
        ? Convert.ToHexStringLower(SHA256.HashData(InputFile.Read(file, MaximumSize)))[..DigestLength]
        : throw new DeliveryException($"The config '{config}' is {file}, which does not exist. Nothing was deployed.");
}
