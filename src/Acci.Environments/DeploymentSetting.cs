using System.Text;

namespace Acci.Environments;

/// <summary>A setting of an environment that is not the app's: how many replicas, which ports.</summary>
/// <param name="Property">Its name below <c>Deployment</c> in a settings file.</param>
/// <param name="Description">What it means, one line.</param>
public sealed record DeploymentSetting(string Property, string Description)
{
    /// <summary>The section of a settings file.</summary>
    public const string Section = "Deployment";

    /// <summary>How many replicas of the app run.</summary>
    public static DeploymentSetting Replicas { get; } = new(nameof(Replicas), "Replicas of the app, 1-100");

    /// <summary>The host's ports that lead to them.</summary>
    public static DeploymentSetting Ports { get; } = new(nameof(Ports), "Ports of this machine that lead to the app: one for each replica, as in 8080-8082");

    /// <summary>The host's address these ports are on.</summary>
    public static DeploymentSetting BindAddress { get; } = new(nameof(BindAddress), "Address of this machine the ports are on; 0.0.0.0 is all of them");

    /// <summary>The host's port that leads to PostgreSQL.</summary>
    public static DeploymentSetting DatabasePort { get; } = new(nameof(DatabasePort), "Port of this machine that leads to PostgreSQL");

    /// <summary>The host's port that leads to Redis.</summary>
    public static DeploymentSetting RedisPort { get; } = new(nameof(RedisPort), "Port of this machine that leads to Redis");

    /// <summary>Processors of a replica.</summary>
    public static DeploymentSetting Cpus { get; } = new(nameof(Cpus), "Processors a replica of the app may use, as in 0.5");

    /// <summary>Memory of a replica.</summary>
    public static DeploymentSetting Memory { get; } = new(nameof(Memory), "Memory a replica of the app may use, as in 256M");

    /// <summary>What the environment is for.</summary>
    public static DeploymentSetting Kind { get; } = new(nameof(Kind), "What the environment is for: Production or Development");

    /// <summary>Those that a variable can set; what an environment is for cannot be changed from outside.</summary>
    public static IReadOnlyList<DeploymentSetting> Variables { get; } = [Replicas, Ports, BindAddress, DatabasePort, RedisPort, Cpus, Memory];

    /// <summary>Its name in a settings file: <c>Deployment:Replicas</c>.</summary>
    public string Key => $"{Section}:{Property}";

    /// <summary>Its variable: <c>ACCI_REPLICAS</c>.</summary>
    public string Variable
    {
        get
        {
            var name = new StringBuilder("ACCI");
            foreach (var letter in Property) name.Append(char.IsUpper(letter) ? "_" : "").Append(char.ToUpperInvariant(letter));
            return name.ToString();
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Key} ({Variable})";
}
