using Acci.Delivery;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Where the repository keeps its files; a build may say otherwise.</summary>
public interface IHazLayout : INukeBuild
{
    /// <summary>The places of lock files, Dockerfiles and environments. That of results is <c>IHazArtifacts.ArtifactsDirectory</c>.</summary>
    RepositoryLayout Layout => new();
}
