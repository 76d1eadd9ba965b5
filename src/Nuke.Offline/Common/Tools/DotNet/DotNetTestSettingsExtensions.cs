using Nuke.Common.Tooling;

namespace Nuke.Common.Tools.DotNet;

/// <summary>Changes the options of <c>dotnet test</c>.</summary>
public static class DotNetTestSettingsExtensions
{
    /// <summary>Sets the project or solution.</summary>
    public static T SetProjectFile<T>(this T o, string v)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.ProjectFile), v);

    /// <summary>Sets where all output goes, by project.</summary>
    public static T SetArtifactsPath<T>(this T o, string v)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.ArtifactsPath), v);

    /// <summary>Sets how long a test may take before it counts as hanging.</summary>
    public static T SetBlameHangTimeout<T>(this T o, string v)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.BlameHangTimeout), v);

    /// <summary>Says whether the test that brings the process down is found out.</summary>
    public static T SetBlameMode<T>(this T o, bool? v)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.BlameMode), v);

    /// <summary>The test that brings the process down is found out.</summary>
    public static T EnableBlameMode<T>(this T o)
        where T : DotNetTestSettings => o.SetBlameMode(true);

    /// <summary>Sets the configuration, such as <c>Release</c>.</summary>
    public static T SetConfiguration<T>(this T o, string v)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.Configuration), v);

    /// <summary>Takes away the configuration, such as <c>Release</c>.</summary>
    public static T ResetConfiguration<T>(this T o)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.Configuration), null);

    /// <summary>Sets the data collector.</summary>
    public static T SetDataCollector<T>(this T o, string v)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.DataCollector), v);

    /// <summary>Sets which tests are run.</summary>
    public static T SetFilter<T>(this T o, string v)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.Filter), v);

    /// <summary>Sets the target framework.</summary>
    public static T SetFramework<T>(this T o, string v)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.Framework), v);

    /// <summary>Takes away the target framework.</summary>
    public static T ResetFramework<T>(this T o)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.Framework), null);

    /// <summary>Sets the loggers.</summary>
    public static T SetLoggers<T>(this T o, params string[] v)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.Loggers), v.ToList());

    /// <summary>Adds to the loggers.</summary>
    public static T AddLoggers<T>(this T o, params string[] v)
        where T : DotNetTestSettings => o.WithItems(nameof(DotNetTestSettings.Loggers), v);

    /// <summary>Adds to the loggers.</summary>
    public static T AddLoggers<T>(this T o, IEnumerable<string> v)
        where T : DotNetTestSettings => o.WithItems(nameof(DotNetTestSettings.Loggers), v);

    /// <summary>Takes away the loggers.</summary>
    public static T ClearLoggers<T>(this T o)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.Loggers), null);

    /// <summary>Says whether nothing is built before.</summary>
    public static T SetNoBuild<T>(this T o, bool? v)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.NoBuild), v);

    /// <summary>Nothing is built before.</summary>
    public static T EnableNoBuild<T>(this T o)
        where T : DotNetTestSettings => o.SetNoBuild(true);

    /// <summary>Says whether the banner is left out.</summary>
    public static T SetNoLogo<T>(this T o, bool? v)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.NoLogo), v);

    /// <summary>The banner is left out.</summary>
    public static T EnableNoLogo<T>(this T o)
        where T : DotNetTestSettings => o.SetNoLogo(true);

    /// <summary>Says whether nothing is restored before.</summary>
    public static T SetNoRestore<T>(this T o, bool? v)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.NoRestore), v);

    /// <summary>Nothing is restored before.</summary>
    public static T EnableNoRestore<T>(this T o)
        where T : DotNetTestSettings => o.SetNoRestore(true);

    /// <summary>Sets where the test binaries are.</summary>
    public static T SetOutput<T>(this T o, string v)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.Output), v);

    /// <summary>Sets where the results go.</summary>
    public static T SetResultsDirectory<T>(this T o, string v)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.ResultsDirectory), v);

    /// <summary>Sets the runtime identifier.</summary>
    public static T SetRuntime<T>(this T o, string v)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.Runtime), v);

    /// <summary>Takes away the runtime identifier.</summary>
    public static T ResetRuntime<T>(this T o)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.Runtime), null);

    /// <summary>Sets the run settings file.</summary>
    public static T SetSettingsFile<T>(this T o, string v)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.SettingsFile), v);

    /// <summary>Sets how much is written.</summary>
    public static T SetVerbosity<T>(this T o, DotNetVerbosity v)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.Verbosity), v);

    /// <summary>Takes away how much is written.</summary>
    public static T ResetVerbosity<T>(this T o)
        where T : DotNetTestSettings => o.With(nameof(DotNetTestSettings.Verbosity), null);

    /// <summary>Sets an MSBuild property.</summary>
    public static T SetProperty<T>(this T o, string k, object v)
        where T : DotNetTestSettings => o.WithPair(nameof(DotNetTestSettings.Properties), k, DotNetTasks.EscapeProperty(v));

    /// <summary>Adds an MSBuild property.</summary>
    public static T AddProperty<T>(this T o, string k, object v)
        where T : DotNetTestSettings => o.WithPair(nameof(DotNetTestSettings.Properties), k, DotNetTasks.EscapeProperty(v), add: true);
}
