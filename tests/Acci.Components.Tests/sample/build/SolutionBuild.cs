using Acci.Components;
using Nuke.Common;
using Nuke.Common.ProjectModel;
using Nuke.Components;
using Serilog;

/// <summary>A build with a solution of its own, which one of its targets does not need.</summary>
class SolutionBuild : DeliveryBuild, ICompile, IHazDryRun
{
    public static int Run() => Execute<SolutionBuild>(x => x.Greet);

    // A build may extend what it takes.
    Target ICompile.Compile => _ => _
        .Inherit<ICompile>()
        .Executes(() => Log.Information("compiled"));

    [Solution] readonly Solution Solution = null!;

    Solution IHazSolution.Solution => Solution;

    Target Greet => _ => _.Executes(() => Log.Information("hello"));
}
