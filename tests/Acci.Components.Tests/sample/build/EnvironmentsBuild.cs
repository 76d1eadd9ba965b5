using Acci.Components;
using Acci.Environments.Declarations;
using Nuke.Common;
using Serilog;

/// <summary>A build whose environments cannot be declared, which one of its targets does not need.</summary>
class EnvironmentsBuild : DeliveryBuild, IComposeLogs
{
    public static int Run() => Execute<EnvironmentsBuild>(x => x.Greet);

    EnvironmentDeclaration IHazEnvironments.Environments => throw new InvalidOperationException("shops.json is not there");

    Target Greet => _ => _.Executes(() => Log.Information("hello"));
}
