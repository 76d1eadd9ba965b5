using Acci.Environments.Files;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Writes the compose files.</summary>
public interface IGenerateCompose : IHazEnvironments, IHazDryRun
{
    /// <summary>Writes a compose file for each environment, and the example of what can be set, from the declaration and the settings files.</summary>
    Target GenerateCompose => _ => _
        .Description("Writes a compose file for each environment that has a settings file, and .env.example")
        .Runs(this, () => new GenerateCompose(Compose));
}
