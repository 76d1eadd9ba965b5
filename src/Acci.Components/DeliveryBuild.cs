using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Nuke.Common;

namespace Acci.Components;

/// <summary>
/// The base class of a build with these components. It is NUKE's build, and strict: a parameter or target that NUKE would ignore or misread ends the build before
/// anything runs, secrets are masked, <c>--plan</c> is text, and Ctrl-C ends the build once.
/// </summary>
/// <remarks>Exit codes: 0, or 255 when a target failed, 2 for wrong use, also where the target finds it that first needs the value, and 128 and the signal's number after an interruption (129, 130, 143).</remarks>
[DescribeTargets]
[RedactSecrets]
[AnswerHelp]
[EndInterrupted]
[CleanSummary]
[SkipUnplanned]
[RequireSolution]
[RemoveLeftovers]
[ReportOutcome]
[ReportToGitHub]
[ReplaceOutcome]
public abstract class DeliveryBuild : NukeBuild
{
    /// <summary>Runs the build; what <c>Main</c> returns is the process's exit code.</summary>
    /// <param name="defaultTargets">The targets that run when the command line names none.</param>
    /// <typeparam name="T">The build.</typeparam>
    protected static new int Execute<T>(params Expression<Func<T, Target>>[] defaultTargets)
        where T : DeliveryBuild, new() => BuildProcess.Run(typeof(T), () => ExecuteOnEngine(defaultTargets));

    // NUKE reads parameters when NukeBuild is first touched, so this is compiled no earlier than it is called.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int ExecuteOnEngine<T>(Expression<Func<T, Target>>[] defaultTargets)
        where T : DeliveryBuild, new() => NukeBuild.Execute(defaultTargets);
}
