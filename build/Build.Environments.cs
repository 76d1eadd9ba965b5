using Acci.Components;
using Acci.Environments.Declarations;

/// <summary>
/// The environments: what runs in them is declared in AppEnvironments.cs; how many replicas, which ports and the app's settings stand in
/// deploy/environments.
/// </summary>
partial class Build
{
    EnvironmentDeclaration IHazEnvironments.Environments => AppEnvironments.Declaration;
}
