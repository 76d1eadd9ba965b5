using System.Linq.Expressions;
using System.Reflection;
using Nuke.Common.Utilities;
using Nuke.Common.ValueInjection;
using Serilog;

namespace Nuke.Common.Execution;

/// <summary>Runs a build from its creation to its last line.</summary>
internal static class BuildManager
{
    private const int Failure = -1;

    private static IReadOnlyList<BuildExtensionAttributeBase> s_extensions = [];

    /// <summary>Whether what was asked for has been answered, such as <c>--help</c>, so that nothing has to run.</summary>
    public static bool IsAnswered { get; set; }

    public static int Execute<T>(Expression<Func<T, Target>>[] defaultTargets)
        where T : NukeBuild
    {
        NukeBuild build = null;
        try
        {
            Logging.Configure();
            SetVerbosity();
            build = Activator.CreateInstance<T>();
            build.InjectionMembers = InjectionMembers.Of(build);
            build.ExecutableTargets = ExecutableTargetFactory.CreateAll((T)build, defaultTargets);
            s_extensions = Extensions(build);

            Notify<IOnBuildCreated>(build, x => x.OnBuildCreated(build.ExecutableTargets));
            Logging.Configure(build);
            if (!build.NoLogo && build.IsOutputEnabled(DefaultOutput.Logo))
                NukeBuild.Host.WriteLogo();

            build.ExecutionPlan = ExecutionPlanner.GetPlan(build.ExecutableTargets, build.InvokedTargetNames);
            Notify<IOnBuildInitialized>(build, x => x.OnBuildInitialized(build.ExecutableTargets, build.ExecutionPlan));
            if (IsAnswered)
                return 0;

            BuildExecutor.Execute(build);
            Finish(build);
            return build.ExitCode ??= build.IsSucceeding ? 0 : Failure;
        }
        catch (Exception exception)
        {
            var error = exception.Unwrap();
            ConsoleOutput.WriteLine(error.Message, Style.Error);
            Log.Verbose(error, "The build could not be run");
            if (build?.ExecutionPlan.Count > 0)
            {
                NukeBuild.Host.ReportError(error.Message);
                BuildExecutor.GiveUp(build);
                Finish(build);
            }

            return build?.ExitCode ?? Failure;
        }
        finally
        {
            Log.CloseAndFlush();
        }
    }

    /// <summary>Calls the extensions that want to know of something, those with the highest priority first.</summary>
    public static void Notify<T>(NukeBuild build, Action<T> action)
        where T : class, IBuildExtension
    {
        foreach (var extension in s_extensions)
        {
            if (extension is not T listener || IsAnswered)
                continue;
            Log.Verbose("{Extension}.{Event} ({Priority})", extension.GetType().Name.TrimEnd("Attribute"), typeof(T).Name[1..], extension.Priority);
            action(listener);
        }
    }

    /// <summary>Before anything is written; that a value does not convert is told when parameters are injected.</summary>
    private static void SetVerbosity()
    {
        try
        {
            if (ParameterService.Instance.GetValue(nameof(Verbosity), typeof(Verbosity?), ownVariablesOnly: true) is Verbosity verbosity)
                NukeBuild.Verbosity = verbosity;
        }
        catch (Exception exception)
        {
            Log.Verbose(exception, "The verbosity is not known");
        }
    }

    private static List<BuildExtensionAttributeBase> Extensions(NukeBuild build)
    {
        var extensions = build.GetType()
            .GetCustomAttributes<BuildExtensionAttributeBase>(inherit: true)
            .OrderBy(x => x, Comparer<BuildExtensionAttributeBase>.Create((left, right) => right.Priority.CompareTo(left.Priority)))
            .ToList();
        extensions.ForEach(x => x.Build = build);
        return extensions;
    }

    private static void Finish(NukeBuild build)
    {
        if (build.IsOutputEnabled(DefaultOutput.ErrorsAndWarnings))
            NukeBuild.Host.WriteErrorsAndWarnings();
        if (build.IsOutputEnabled(DefaultOutput.TargetOutcome))
            NukeBuild.Host.WriteTargetOutcome(build);
        if (build.IsOutputEnabled(DefaultOutput.BuildOutcome))
            NukeBuild.Host.WriteBuildOutcome(build);
        Notify<IOnBuildFinished>(build, x => x.OnBuildFinished());
    }
}
