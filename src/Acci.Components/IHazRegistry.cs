using Nuke.Common;

namespace Acci.Components;

/// <summary>The registry that images are published to, with a login.</summary>
public interface IHazRegistry : IHazDestination
{
    /// <summary>The user to log in with.</summary>
    [Parameter("User to log in to the registry with; default: the docker command's own credentials")]
    string? RegistryUser => TryGetValue(() => RegistryUser);

    /// <summary>The password or token of that user.</summary>
    [Parameter("Password or token to log in to the registry with"), Secret]
    string? RegistryToken => TryGetValue(() => RegistryToken);
}
