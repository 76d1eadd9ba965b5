using System.Runtime.CompilerServices;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Nuke.Common;

namespace Acci.Components;

/// <summary>The environments that a build's images run in. A build declares them; each has a settings file of its own.</summary>
public interface IHazEnvironments : IHazLayout
{
    private static readonly ConditionalWeakTable<INukeBuild, ComposeFiles> Files = [];

    /// <summary>The environments.</summary>
    EnvironmentDeclaration Environments { get; }

    /// <summary>The files that are written from the declaration and the settings.</summary>
    sealed ComposeFiles Compose => Files.GetValue(
        this, _ => new ComposeFiles(RootDirectory, Environments.NamedAfter(RootDirectory.Name).In(Layout))
        {
            Images = [.. (this as IHazImages)?.PlacedImages ?? []],
        });
}
