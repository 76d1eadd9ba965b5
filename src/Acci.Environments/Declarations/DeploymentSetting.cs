namespace Acci.Environments.Declarations;

/// <summary>
/// A setting of an environment that is not an app's: how many replicas, which ports. It stands below <c>Deployment</c> in a settings file.
/// </summary>
/// <param name="Property">Its name there: <c>WorkerReplicas</c> is also the variable <c>SHOP_WORKER_REPLICAS</c>.</param>
/// <param name="Description">What it means, one line.</param>
/// <param name="Value">What it can be.</param>
public sealed record DeploymentSetting(string Property, string Description, DeploymentValue Value)
{
    /// <summary>The section of a settings file.</summary>
    public const string Section = "Deployment";

    /// <summary>How many replicas of the app run.</summary>
    public static DeploymentSetting Replicas { get; } = new(nameof(Replicas), "Replicas of the app, 1-100", DeploymentValue.Replicas);

    /// <summary>The host's ports that lead to them.</summary>
    public static DeploymentSetting Ports { get; } =
        new(nameof(Ports), "Ports of this machine that lead to the app: one for each replica, as in 8080-8082", DeploymentValue.Ports);

    /// <summary>The host's address these ports are on.</summary>
    public static DeploymentSetting BindAddress { get; } =
        new(nameof(BindAddress), "Address of this machine the ports are on; 0.0.0.0 is all of them", DeploymentValue.Address);

    /// <summary>Processors of a replica.</summary>
    public static DeploymentSetting Cpus { get; } = new(nameof(Cpus), "Processors a replica of the app may use, as in 0.5", DeploymentValue.Cpus);

    /// <summary>Memory of a replica.</summary>
    public static DeploymentSetting Memory { get; } = new(nameof(Memory), "Memory a replica of the app may use, as in 256M", DeploymentValue.Memory);

    /// <summary>What the environment is for; no variable changes it.</summary>
    internal static DeploymentSetting Kind { get; } =
        new(nameof(Kind), "What the environment is for: Production or Development", DeploymentValue.Kind);

    /// <summary>Those of an environment with one app.</summary>
    public static IReadOnlyList<DeploymentSetting> Common { get; } = [Replicas, Ports, BindAddress, Cpus, Memory];
}
