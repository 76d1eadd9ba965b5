using Nuke.Common;
using Nuke.Common.Tooling;
using Serilog;

// Where NUKE's own components are.
namespace Nuke.Components;

/// <summary>As NUKE's <c>ITest</c>: one program after the other, whatever becomes of each, and a summary that an interrupted target cannot have.</summary>
interface ISleepInTurn : INukeBuild
{
    Target SleepInTurn => _ => _.Executes(() =>
    {
        Log.Information("waiting");
        for (var i = 0; i < 5; i++)
        {
            using var sleep = ProcessTasks.StartProcess("sleep", "60");
            sleep.WaitForExit();
        }

        Assert.Fail("no target runs whose summary this is");
    });
}
