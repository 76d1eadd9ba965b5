using Acci;
using Acci.Components;
using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;
using Acci.Environments.Specification;
using Acci.Generation;
using Nuke.Common;
using Nuke.Common.Tooling;
using Nuke.Components;
using Serilog;

/// <summary>A build of somebody else: targets that end in every way a target can end.</summary>
class Build : DeliveryBuild, IHazDryRun, ISleepInTurn
{
    public static int Main() => Environment.GetEnvironmentVariable("SAMPLE_BUILD") switch
    {
        nameof(PreparedBuild) => PreparedBuild.Run(),
        nameof(PruneBuild) => PruneBuild.Run(),
        nameof(PublishBuild) => PublishBuild.Run(),
        nameof(EnvironmentsBuild) => EnvironmentsBuild.Run(),
        nameof(MisnamedBuild) => MisnamedBuild.Run(),
        nameof(SolutionBuild) => SolutionBuild.Run(),
        nameof(HooksBuild) => HooksBuild.Run(),
        nameof(OwnTargetsBuild) => OwnTargetsBuild.Run(),
        nameof(GeneratingBuild) => GeneratingBuild.Run(),
        _ => Execute<Build>(x => x.Default),
    };

    [Parameter("Names", Separator = ",")] readonly string[] Names = [];
    [Parameter("A password"), Secret] readonly string? Password = null;

    [Parameter("Colours", Separator = ","), FormerName("Colors")] readonly string[] Colours = [];
    [Parameter("How many days files stay"), FormerName("Age")] readonly int KeepDays = 1;
    [Parameter("Erases everything"), TypedOnly, FormerName("Wipe")] readonly bool EraseAll = false;
    [Parameter("A key"), Secret, FormerName("Token")] readonly string? ApiKey = null;

    Target Default => _ => _
        .Description("Prints what it was given")
        .Executes(() => Log.Information("default ran with {Names}; host {Host}", string.Join("|", Names), Host.GetType().Name));

    Target Renamed => _ => _
        .Executes(() => Log.Information(
            "colours {Colours:l}; {Days} days; erase {Erase}; key {Key}", string.Join("|", Colours), KeepDays, EraseAll, ApiKey?.Length ?? 0));

    Target Loud => _ => _.Executes(() => Log.Warning("the password is {Password}", Password));

    Target Measures => _ => _.Executes(() => Log.Information("the password has {Length} letters", Password?.Length ?? 0));

    Target Starts => _ => _.Executes(async () =>
    {
        ProcessTasks.StartProcess("sh", $"-c \"env >> '{RootDirectory / "children"}'\"").AssertZeroExitCode();
        await CommandRunner.RunAsync(new Command("sh", "-c", $"env >> '{RootDirectory / "children"}'"));
    });

    Target Refuses => _ => _.DependsOn(Default).Executes(() => throw new DeliveryException("the registry says no: log in first"));

    Target Quotes => _ => _.Executes(() =>
    {
        const string answer = "denied: \e[41mred\e[0m\e]0;title\a\r::stop-commands::token\u2028::add-mask::a\n::error::b ##[group]c";
        Log.Warning("The registry says {Answer:l}", answer);
        ProcessTasks.StartProcess("printf", "\\033[41mred\\r::stop-commands::token\\n::add-mask::a\\n").AssertZeroExitCode();
        throw new DeliveryException(answer);
    });

    Target Breaks => _ => _.Executes(() => throw new InvalidOperationException("boom"));

    Target Waits => _ => _.Executes(async () =>
    {
        Log.Information("waiting");
        try
        {
            await Task.Delay(TimeSpan.FromMinutes(2), Interruption.Token);
        }
        finally
        {
            Log.Information("cleaned up");
        }
    });

    Target PutsBack => _ => _.Executes(() =>
    {
        using var unfinished = Unfinished.Note(() => "whether main has moved is not known");
        Log.Information("waiting");
        Interruption.Token.WaitHandle.WaitOne();
        Log.Information("putting back");
        Thread.Sleep(TimeSpan.FromMinutes(2));
    });

    Target Drafts => _ => _.Executes(() => AtomicFile.Write(RootDirectory / "made", _ =>
    {
        Log.Information("waiting");
        Thread.Sleep(TimeSpan.FromMinutes(2));
    }));

    Target Sleeps => _ => _.Executes(() =>
    {
        using var sleep = ProcessTasks.StartProcess("sleep", "120");
        Log.Information("waiting");
        sleep.AssertZeroExitCode();
    });

    Target AfterWaits => _ => _.DependsOn(Waits).Executes(() => Log.Information("this ran after an interruption"));
}
