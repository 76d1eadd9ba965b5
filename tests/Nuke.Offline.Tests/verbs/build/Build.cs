using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Nuke.Common;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using Nuke.Common.Tooling;
using Nuke.Common.Utilities.Collections;
using Serilog;

/// <summary>What a build can do beyond what the sample does.</summary>
[Announce("class", Priority = 20)]
class Build : BaseBuild, IHaveSteps, IAnnounced
{
    public static int Main() => Execute<Build>(x => x.Default);

    [Parameter] readonly string Level = "none";
    [Parameter(Separator = ",")] readonly string[] Words = [];
    [Parameter, Secret] readonly string Encrypted;
    [Parameter] readonly Weekday[] Days = [];
    [Parameter(ValueProviderMember = nameof(Sizes))] readonly string Size;
    [Parameter] readonly AbsolutePath Folder;
    [Parameter, OnDemand] readonly string Late = "not injected";
    [PathVariable("dotnet")] readonly Tool Dotnet;

    static IEnumerable<string> Sizes => ["small", "large"];

    protected override void OnBuildCreated() => Log.Information("created {Words}", string.Join("|", Words));
    protected override void OnBuildFinished() => Log.Information("finished {Succeeded}", IsSucceeding);
    protected override void OnTargetRunning(string target) => Log.Debug("running {Name}", target);
    protected override void OnTargetSkipped(string target) => Log.Debug("skipped {Name}", target);
    protected override void OnTargetFailed(string target) => Log.Debug("failed {Name}", target);

    Target Default => _ => _.Executes(() => Log.Information("default"));
    Target Print => _ => _.Executes(() => Log.Information("Level={Level} Words={Words} Days={Days} Folder={Folder} Late={Late}", Level, string.Join("|", Words), string.Join("|", Days), Folder, Late));
    Target PrintLate => _ => _.Requires(() => Late).Executes(() => Log.Information("Late={Late}", Late));
    Target PrintSteps => _ => _.Executes(() => Log.Information("Name={Name}", ((IHaveSteps)this).Name));
    Target Where => _ => _.Executes(() => Log.Information("Root={Root} Project={Project}", RootDirectory, BuildProjectFile?.Name));

    // definitions that go on from others
    protected override Target Overridden => _ => _.Base().Executes(() => Log.Information("derived"));
    Target IHaveSteps.Implemented => _ => _.Inherit<IHaveSteps>(x => x.Implemented).Executes(() => Log.Information("build"));
    Target Inheriting => _ => _.Inherit(Default).Executes(() => Log.Information("and more"));
    Target AllSteps => _ => _.DependsOn<IHaveSteps>(x => x.One, x => x.Implemented);
    Target Returns => _ => _.Executes(() => 42);

    // artifacts
    Target Makes => _ => _.Produces(RootDirectory / "out" / "*.zip").Executes(() => { });
    Target Uses => _ => _.DependsOn(Makes).Consumes(Makes).Executes(() => Log.Information("uses {Files}", string.Join(",", ExecutionPlan.Single(x => x.Name == nameof(Uses)).ArtifactDependencies.SelectMany(x => x))));

    // failures
    Target Breaks => _ => _.DependsOn(Default).Executes(() => throw new InvalidOperationException("broken"));
    Target AfterBreaks => _ => _.DependsOn(Breaks).Executes(() => Log.Information("healed"));
    Target Mends => _ => _.DependsOn(Default).OnlyWhenDynamic(() => (RootDirectory / "mended").FileExists()).Executes(() => { });
    Target Flaky => _ => _.DependsOn(Default).Executes(() => Assert.True((RootDirectory / "mended").FileExists(), "not mended"));
    Target Begins => _ => _.Triggers(Ends).Executes(() => Log.Information("begun"));
    Target Ends => _ => _.Executes(() => { Assert.True((RootDirectory / "mended").FileExists(), "not mended"); Log.Information("ended"); });
    Target Unmet => _ => _.OnlyWhenStatic(() => Words.Length > 100).OnlyWhenStatic(() => Level == "none").OnlyWhenStatic(() => Days.Length > 100).Executes(() => { });
    Target Reports => _ => _.Executes(() => { ReportSummary(x => { x["First"] = "1"; return x; }); ReportSummary(x => { x["Second"] = "2"; return x; }); throw new InvalidOperationException("unseen"); });
    Target ExitsWith3 => _ => _.Executes(() => ExitCode = 3);
    Target Annotates => _ => _.Executes(() => Log.Error("50% of\n{What}", "it"));

    // processes
    Target Whispers => _ => _.Executes(() => Dotnet($"--version {"s3cret":r}", exitHandler: _ => { }));
}

enum Weekday { Monday, Tuesday }

abstract class BaseBuild : NukeBuild
{
    protected virtual Target Overridden => _ => _.Executes(() => Log.Information("base"));
}

[ParameterPrefix("Step")]
interface IHaveSteps : INukeBuild
{
    [Parameter] string Name => TryGetValue(() => Name);
    Target One => _ => _.Executes(() => Log.Information("one"));
    Target Implemented => _ => _.After(One).Executes(() => Log.Information("component"));
}

[Announce("component", Priority = 30)]
interface IAnnounced : INukeBuild;

[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface)]
sealed class AnnounceAttribute(string who) : BuildExtensionAttributeBase, IOnBuildCreated, IOnBuildInitialized, IOnTargetSummaryUpdated
{
    public void OnBuildCreated(IReadOnlyCollection<ExecutableTarget> executableTargets) => Log.Information("{Who}: {Count} targets", who, executableTargets.Count > 10);
    public void OnBuildInitialized(IReadOnlyCollection<ExecutableTarget> executableTargets, IReadOnlyCollection<ExecutableTarget> executionPlan) => Log.Information("{Who}: plan {Plan}", who, string.Join(",", executionPlan.Select(x => x.Name)));
    public void OnTargetSummaryUpdated(INukeBuild build, ExecutableTarget target) => Log.Information("{Who}: summary of {Name}", who, target.Name);
}
