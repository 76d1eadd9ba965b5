using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Acci.Environments;

/// <summary>How an environment runs the app.</summary>
public sealed partial record DeploymentSettings
{
    private const int MostReplicas = 100;

    /// <summary>What the environment is for.</summary>
    public EnvironmentKind Kind { get; private init; }

    /// <summary>Replicas of the app.</summary>
    public int Replicas { get; private init; }

    /// <summary>The host's ports that lead to them.</summary>
    public PortRange Ports { get; private init; }

    /// <summary>The host's address these ports are on.</summary>
    public IPAddress BindAddress { get; private init; } = IPAddress.Loopback;

    /// <summary>The host's port that leads to PostgreSQL; none leads there in production.</summary>
    public int? DatabasePort { get; private init; }

    /// <summary>The host's port that leads to Redis; none leads there in production.</summary>
    public int? RedisPort { get; private init; }

    /// <summary>Reads them.</summary>
    /// <param name="find">Gives the text of a setting, or null where it has none.</param>
    /// <exception cref="DeliveryException">One is missing or cannot be used; the message names it.</exception>
    internal static DeploymentSettings Read(Func<DeploymentSetting, string?> find)
    {
        var kind = Enum.TryParse<EnvironmentKind>(Required(DeploymentSetting.Kind), ignoreCase: true, out var parsed) && Enum.IsDefined(parsed)
            ? parsed
            : throw Wrong(DeploymentSetting.Kind, $"one of {string.Join(", ", Enum.GetNames<EnvironmentKind>())}");
        var replicas = Number(DeploymentSetting.Replicas, MostReplicas);
        var ports = PortRange.TryParse(Required(DeploymentSetting.Ports)) ?? throw Wrong(DeploymentSetting.Ports, "a port or a range of them, as in 8080-8082");
        if (ports.Count < replicas) throw new DeliveryException($"{DeploymentSetting.Ports} is '{ports}', {ports.Count} for {replicas} replicas ({DeploymentSetting.Replicas}): name a port for each, as in {ports.First}-{ports.First + replicas - 1}.");
        if (!CpuGrammar().IsMatch(Required(DeploymentSetting.Cpus))) throw Wrong(DeploymentSetting.Cpus, "a number of processors, as in 0.5");
        if (!MemoryGrammar().IsMatch(Required(DeploymentSetting.Memory))) throw Wrong(DeploymentSetting.Memory, "an amount of memory, as in 256M or 1G");
        var isDevelopment = kind == EnvironmentKind.Development;
        return new DeploymentSettings
        {
            Kind = kind,
            Replicas = replicas,
            Ports = ports,
            BindAddress = IPAddress.TryParse(Required(DeploymentSetting.BindAddress), out var address) ? address : throw Wrong(DeploymentSetting.BindAddress, "an IP address, as in 127.0.0.1"),
            DatabasePort = isDevelopment ? Number(DeploymentSetting.DatabasePort, IPEndPoint.MaxPort) : null,
            RedisPort = isDevelopment ? Number(DeploymentSetting.RedisPort, IPEndPoint.MaxPort) : null,
        };

        string Required(DeploymentSetting setting) => find(setting) ?? throw new DeliveryException($"{setting} has no value: write one into a settings file in deploy/environments.");

        int Number(DeploymentSetting setting, int most) =>
            int.TryParse(Required(setting), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most
                ? number
                : throw Wrong(setting, $"a whole number from 1 to {most}");

        DeliveryException Wrong(DeploymentSetting setting, string expected) => new($"{setting} cannot be '{find(setting)}': it is {expected}.");
    }

    [GeneratedRegex("^[0-9]+(?:\\.[0-9]+)?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex CpuGrammar();

    [GeneratedRegex("^[1-9][0-9]*[bkmgBKMG]?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex MemoryGrammar();
}
