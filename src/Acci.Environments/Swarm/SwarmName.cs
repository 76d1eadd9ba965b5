using System.Text.RegularExpressions;
using Acci.Environments.Specification;

namespace Acci.Environments.Swarm;

/// <summary>What a swarm takes for a name, which is less than Compose does. Source: moby/swarmkit, manager/controlapi/common.go.</summary>
internal static partial class SwarmName
{
    private const int Longest = 63, LongestOfFile = 64;

    /// <summary>Looks whether everything in a stack can have its name there, which begins with the stack's.</summary>
    /// <param name="file">The stack's services.</param>
    /// <param name="stack">The stack's name.</param>
    /// <exception cref="DeliveryException">One cannot; the message says what it may be.</exception>
    public static void Ensure(ComposeFile file, string stack)
    {
        foreach (var name in file.Services.Keys) Ensure("service", name, $"{stack}_{name}");
        foreach (var name in file.Networks?.Keys ?? []) Ensure("network", name, $"{stack}_{name}");
        foreach (var name in file.Secrets?.Keys ?? []) EnsureLength("secret", name, SwarmManager.SecretNameOf(stack, name, new string('0', SwarmManager.DigestLength)), LongestOfFile);
    }

    /// <summary>Looks whether a configuration file can have its name in a swarm.</summary>
    /// <param name="config">What it is called in the compose file.</param>
    /// <param name="full">Its name in the swarm.</param>
    /// <exception cref="DeliveryException">It is too long.</exception>
    public static void EnsureConfig(string config, string full) => EnsureLength("config", config, full, LongestOfFile);

    private static void Ensure(string kind, string name, string full)
    {
        if (!Grammar().IsMatch(full))
            throw new DeliveryException($"The {kind} '{name}' cannot have that name in a swarm: write letters, digits, '-' and '_', the last one a letter or digit. Nothing was deployed.");
        EnsureLength(kind, name, full, Longest);
    }

    private static void EnsureLength(string kind, string name, string full, int longest)
    {
        if (full.Length > longest)
            throw new DeliveryException($"The {kind} '{name}' would be {full} in the swarm, {full.Length} characters; {longest} is the most. Give it a shorter name. Nothing was deployed.");
    }

    [GeneratedRegex(@"^[a-zA-Z0-9](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Grammar();
}
