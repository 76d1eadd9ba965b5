using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Acci.Environments.Specification;

namespace Acci.Environments.Declarations;

/// <summary>What a deployment setting can be.</summary>
public enum DeploymentValue
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>A number of replicas, 1–100.</summary>
    Replicas,

    /// <summary>A port of the host, or a range of them.</summary>
    Ports,

    /// <summary>One port of the host.</summary>
    Port,

    /// <summary>An address of the host.</summary>
    Address,

    /// <summary>A number of processors.</summary>
    Cpus,

    /// <summary>An amount of memory.</summary>
    Memory,

    /// <summary>What the environment is for.</summary>
    Kind,

    /// <summary>A secret, which services are told as a file.</summary>
    Secret,
}

/// <summary>The grammar of each.</summary>
internal static partial class DeploymentValues
{
    private const int MostReplicas = 100;

    /// <summary>What was expected where a text is something else; null where it is fine.</summary>
    public static string? Problem(DeploymentValue value, string text) => value switch
    {
        DeploymentValue.Replicas => IsNumber(text, MostReplicas) ? null : $"a whole number from 1 to {MostReplicas}",
        DeploymentValue.Port => IsNumber(text, IPEndPoint.MaxPort) ? null : $"a whole number from 1 to {IPEndPoint.MaxPort}",
        DeploymentValue.Ports => PortRange.TryParse(text) is not null ? null : "a port or a range of them, as in 8080-8082",
        DeploymentValue.Address => IPAddress.TryParse(text, out _) ? null : "an IP address, as in 127.0.0.1",
        DeploymentValue.Cpus => CpuGrammar().IsMatch(text) ? null : "a number of processors, as in 0.5",
        DeploymentValue.Memory => MemoryGrammar().IsMatch(text) ? null : "an amount of memory, as in 256M or 1G",
        DeploymentValue.Kind => Enum.GetNames<EnvironmentKind>().Contains(text, StringComparer.OrdinalIgnoreCase)
            ? null
            : $"one of {string.Join(", ", Enum.GetNames<EnvironmentKind>())}",
        _ => null,
    };

    private static bool IsNumber(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most;

    [GeneratedRegex("^[0-9]+(?:\\.[0-9]+)?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex CpuGrammar();

    [GeneratedRegex("^[1-9][0-9]*[bkmgBKMG]?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex MemoryGrammar();
}
