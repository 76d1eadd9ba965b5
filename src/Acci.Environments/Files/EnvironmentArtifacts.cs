using Acci.Delivery;

namespace Acci.Environments.Files;

/// <summary>Where the artifacts of environments lie.</summary>
/// <param name="options">What was set.</param>
internal sealed class EnvironmentArtifacts(DeliveryOptions options)
{
    /// <summary>The name of their folder.</summary>
    public const string FolderName = "compose";

    /// <summary>Their folder.</summary>
    public string Folder { get; } = Path.Combine(options.Artifacts, FolderName);

    /// <summary>What ComposeUp found for an environment.</summary>
    public string FoundFileOf(string environment) => Path.Combine(Folder, $"{environment}.env");

    /// <summary>What DeployStack gave a swarm for an environment.</summary>
    public string StackFileOf(string environment) => Path.Combine(Folder, $"stack.{environment}.yml");
}
