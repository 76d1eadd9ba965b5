using Nuke.Common.Tooling;

namespace Nuke.Common.Tools.DotNet;

/// <summary>Changes the options of <c>dotnet restore</c>.</summary>
public static class DotNetRestoreSettingsExtensions
{
    /// <summary>Sets the project or solution.</summary>
    public static T SetProjectFile<T>(this T o, string v)
        where T : DotNetRestoreSettings => o.With(nameof(DotNetRestoreSettings.ProjectFile), v);

    /// <summary>Sets the NuGet configuration file.</summary>
    public static T SetConfigFile<T>(this T o, string v)
        where T : DotNetRestoreSettings => o.With(nameof(DotNetRestoreSettings.ConfigFile), v);

    /// <summary>Says whether projects are restored one after the other.</summary>
    public static T SetDisableParallel<T>(this T o, bool? v)
        where T : DotNetRestoreSettings => o.With(nameof(DotNetRestoreSettings.DisableParallel), v);

    /// <summary>Projects are restored one after the other.</summary>
    public static T EnableDisableParallel<T>(this T o)
        where T : DotNetRestoreSettings => o.SetDisableParallel(true);

    /// <summary>Says whether everything is resolved anew.</summary>
    public static T SetForce<T>(this T o, bool? v)
        where T : DotNetRestoreSettings => o.With(nameof(DotNetRestoreSettings.Force), v);

    /// <summary>Everything is resolved anew.</summary>
    public static T EnableForce<T>(this T o)
        where T : DotNetRestoreSettings => o.SetForce(true);

    /// <summary>Says whether package sources that cannot be reached are only warned about.</summary>
    public static T SetIgnoreFailedSources<T>(this T o, bool? v)
        where T : DotNetRestoreSettings => o.With(nameof(DotNetRestoreSettings.IgnoreFailedSources), v);

    /// <summary>Package sources that cannot be reached are only warned about.</summary>
    public static T EnableIgnoreFailedSources<T>(this T o)
        where T : DotNetRestoreSettings => o.SetIgnoreFailedSources(true);

    /// <summary>Says whether the lock file must not change.</summary>
    public static T SetLockedMode<T>(this T o, bool? v)
        where T : DotNetRestoreSettings => o.With(nameof(DotNetRestoreSettings.LockedMode), v);

    /// <summary>The lock file must not change.</summary>
    public static T EnableLockedMode<T>(this T o)
        where T : DotNetRestoreSettings => o.SetLockedMode(true);

    /// <summary>Says whether HTTP requests are not cached.</summary>
    public static T SetNoCache<T>(this T o, bool? v)
        where T : DotNetRestoreSettings => o.With(nameof(DotNetRestoreSettings.NoCache), v);

    /// <summary>HTTP requests are not cached.</summary>
    public static T EnableNoCache<T>(this T o)
        where T : DotNetRestoreSettings => o.SetNoCache(true);

    /// <summary>Says whether only this project is regarded, without those it refers to.</summary>
    public static T SetNoDependencies<T>(this T o, bool? v)
        where T : DotNetRestoreSettings => o.With(nameof(DotNetRestoreSettings.NoDependencies), v);

    /// <summary>Only this project is regarded, without those it refers to.</summary>
    public static T EnableNoDependencies<T>(this T o)
        where T : DotNetRestoreSettings => o.SetNoDependencies(true);

    /// <summary>Sets where packages are restored to.</summary>
    public static T SetPackageDirectory<T>(this T o, string v)
        where T : DotNetRestoreSettings => o.With(nameof(DotNetRestoreSettings.PackageDirectory), v);

    /// <summary>Sets the runtime identifier.</summary>
    public static T SetRuntime<T>(this T o, string v)
        where T : DotNetRestoreSettings => o.With(nameof(DotNetRestoreSettings.Runtime), v);

    /// <summary>Takes away the runtime identifier.</summary>
    public static T ResetRuntime<T>(this T o)
        where T : DotNetRestoreSettings => o.With(nameof(DotNetRestoreSettings.Runtime), null);

    /// <summary>Sets the package sources.</summary>
    public static T SetSources<T>(this T o, params string[] v)
        where T : DotNetRestoreSettings => o.With(nameof(DotNetRestoreSettings.Sources), v.ToList());

    /// <summary>Adds to the package sources.</summary>
    public static T AddSources<T>(this T o, params string[] v)
        where T : DotNetRestoreSettings => o.WithItems(nameof(DotNetRestoreSettings.Sources), v);

    /// <summary>Adds to the package sources.</summary>
    public static T AddSources<T>(this T o, IEnumerable<string> v)
        where T : DotNetRestoreSettings => o.WithItems(nameof(DotNetRestoreSettings.Sources), v);

    /// <summary>Takes away the package sources.</summary>
    public static T ClearSources<T>(this T o)
        where T : DotNetRestoreSettings => o.With(nameof(DotNetRestoreSettings.Sources), null);

    /// <summary>Says whether a lock file is written and used.</summary>
    public static T SetUseLockFile<T>(this T o, bool? v)
        where T : DotNetRestoreSettings => o.With(nameof(DotNetRestoreSettings.UseLockFile), v);

    /// <summary>A lock file is written and used.</summary>
    public static T EnableUseLockFile<T>(this T o)
        where T : DotNetRestoreSettings => o.SetUseLockFile(true);

    /// <summary>Sets how much is written.</summary>
    public static T SetVerbosity<T>(this T o, DotNetVerbosity v)
        where T : DotNetRestoreSettings => o.With(nameof(DotNetRestoreSettings.Verbosity), v);

    /// <summary>Takes away how much is written.</summary>
    public static T ResetVerbosity<T>(this T o)
        where T : DotNetRestoreSettings => o.With(nameof(DotNetRestoreSettings.Verbosity), null);

    /// <summary>Sets an MSBuild property.</summary>
    public static T SetProperty<T>(this T o, string k, object v)
        where T : DotNetRestoreSettings => o.WithPair(nameof(DotNetRestoreSettings.Properties), k, DotNetTasks.EscapeProperty(v));

    /// <summary>Adds an MSBuild property.</summary>
    public static T AddProperty<T>(this T o, string k, object v)
        where T : DotNetRestoreSettings => o.WithPair(nameof(DotNetRestoreSettings.Properties), k, DotNetTasks.EscapeProperty(v), add: true);
}
