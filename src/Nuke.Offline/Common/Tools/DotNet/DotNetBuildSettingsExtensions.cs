using Nuke.Common.Tooling;

namespace Nuke.Common.Tools.DotNet;

/// <summary>Changes the options of <c>dotnet build</c>.</summary>
public static class DotNetBuildSettingsExtensions
{
    /// <summary>Sets the project or solution.</summary>
    public static T SetProjectFile<T>(this T o, string v)
        where T : DotNetBuildSettings => o.With(nameof(DotNetBuildSettings.ProjectFile), v);

    /// <summary>Sets where all output goes, by project.</summary>
    public static T SetArtifactsPath<T>(this T o, string v)
        where T : DotNetBuildSettings => o.With(nameof(DotNetBuildSettings.ArtifactsPath), v);

    /// <summary>Sets the configuration, such as <c>Release</c>.</summary>
    public static T SetConfiguration<T>(this T o, string v)
        where T : DotNetBuildSettings => o.With(nameof(DotNetBuildSettings.Configuration), v);

    /// <summary>Takes away the configuration, such as <c>Release</c>.</summary>
    public static T ResetConfiguration<T>(this T o)
        where T : DotNetBuildSettings => o.With(nameof(DotNetBuildSettings.Configuration), null);

    /// <summary>Sets the target framework.</summary>
    public static T SetFramework<T>(this T o, string v)
        where T : DotNetBuildSettings => o.With(nameof(DotNetBuildSettings.Framework), v);

    /// <summary>Takes away the target framework.</summary>
    public static T ResetFramework<T>(this T o)
        where T : DotNetBuildSettings => o.With(nameof(DotNetBuildSettings.Framework), null);

    /// <summary>Says whether only this project is regarded, without those it refers to.</summary>
    public static T SetNoDependencies<T>(this T o, bool? v)
        where T : DotNetBuildSettings => o.With(nameof(DotNetBuildSettings.NoDependencies), v);

    /// <summary>Only this project is regarded, without those it refers to.</summary>
    public static T EnableNoDependencies<T>(this T o)
        where T : DotNetBuildSettings => o.SetNoDependencies(true);

    /// <summary>Says whether everything is built anew.</summary>
    public static T SetNoIncremental<T>(this T o, bool? v)
        where T : DotNetBuildSettings => o.With(nameof(DotNetBuildSettings.NoIncremental), v);

    /// <summary>Everything is built anew.</summary>
    public static T EnableNoIncremental<T>(this T o)
        where T : DotNetBuildSettings => o.SetNoIncremental(true);

    /// <summary>Says whether the banner is left out.</summary>
    public static T SetNoLogo<T>(this T o, bool? v)
        where T : DotNetBuildSettings => o.With(nameof(DotNetBuildSettings.NoLogo), v);

    /// <summary>The banner is left out.</summary>
    public static T EnableNoLogo<T>(this T o)
        where T : DotNetBuildSettings => o.SetNoLogo(true);

    /// <summary>Says whether nothing is restored before.</summary>
    public static T SetNoRestore<T>(this T o, bool? v)
        where T : DotNetBuildSettings => o.With(nameof(DotNetBuildSettings.NoRestore), v);

    /// <summary>Nothing is restored before.</summary>
    public static T EnableNoRestore<T>(this T o)
        where T : DotNetBuildSettings => o.SetNoRestore(true);

    /// <summary>Sets where the output goes.</summary>
    public static T SetOutputDirectory<T>(this T o, string v)
        where T : DotNetBuildSettings => o.With(nameof(DotNetBuildSettings.OutputDirectory), v);

    /// <summary>Sets the runtime identifier.</summary>
    public static T SetRuntime<T>(this T o, string v)
        where T : DotNetBuildSettings => o.With(nameof(DotNetBuildSettings.Runtime), v);

    /// <summary>Takes away the runtime identifier.</summary>
    public static T ResetRuntime<T>(this T o)
        where T : DotNetBuildSettings => o.With(nameof(DotNetBuildSettings.Runtime), null);

    /// <summary>Says whether the runtime comes with the output.</summary>
    public static T SetSelfContained<T>(this T o, bool? v)
        where T : DotNetBuildSettings => o.With(nameof(DotNetBuildSettings.SelfContained), v);

    /// <summary>The runtime comes with the output.</summary>
    public static T EnableSelfContained<T>(this T o)
        where T : DotNetBuildSettings => o.SetSelfContained(true);

    /// <summary>Sets how much is written.</summary>
    public static T SetVerbosity<T>(this T o, DotNetVerbosity v)
        where T : DotNetBuildSettings => o.With(nameof(DotNetBuildSettings.Verbosity), v);

    /// <summary>Takes away how much is written.</summary>
    public static T ResetVerbosity<T>(this T o)
        where T : DotNetBuildSettings => o.With(nameof(DotNetBuildSettings.Verbosity), null);

    /// <summary>Sets what is set as <c>VersionSuffix</c>.</summary>
    public static T SetVersionSuffix<T>(this T o, string v)
        where T : DotNetBuildSettings => o.With(nameof(DotNetBuildSettings.VersionSuffix), v);

    /// <summary>Sets an MSBuild property.</summary>
    public static T SetProperty<T>(this T o, string k, object v)
        where T : DotNetBuildSettings => o.WithPair(nameof(DotNetBuildSettings.Properties), k, DotNetTasks.EscapeProperty(v));

    /// <summary>Adds an MSBuild property.</summary>
    public static T AddProperty<T>(this T o, string k, object v)
        where T : DotNetBuildSettings => o.WithPair(nameof(DotNetBuildSettings.Properties), k, DotNetTasks.EscapeProperty(v), add: true);

    /// <summary>Sets the property <c>Version</c>.</summary>
    public static T SetVersion<T>(this T o, string v)
        where T : DotNetBuildSettings => o.SetProperty("Version", v);

    /// <summary>Sets the property <c>AssemblyVersion</c>.</summary>
    public static T SetAssemblyVersion<T>(this T o, string v)
        where T : DotNetBuildSettings => o.SetProperty("AssemblyVersion", v);

    /// <summary>Sets the property <c>FileVersion</c>.</summary>
    public static T SetFileVersion<T>(this T o, string v)
        where T : DotNetBuildSettings => o.SetProperty("FileVersion", v);

    /// <summary>Sets the property <c>InformationalVersion</c>.</summary>
    public static T SetInformationalVersion<T>(this T o, string v)
        where T : DotNetBuildSettings => o.SetProperty("InformationalVersion", v);

    /// <summary>Sets the property <c>RepositoryUrl</c>.</summary>
    public static T SetRepositoryUrl<T>(this T o, string v)
        where T : DotNetBuildSettings => o.SetProperty("RepositoryUrl", v);

    /// <summary>Sets the property <c>ContinuousIntegrationBuild</c>.</summary>
    public static T SetContinuousIntegrationBuild<T>(this T o, bool? v)
        where T : DotNetBuildSettings => o.SetProperty("ContinuousIntegrationBuild", v);

    /// <summary>Sets the property <c>ContinuousIntegrationBuild</c> to true.</summary>
    public static T EnableContinuousIntegrationBuild<T>(this T o)
        where T : DotNetBuildSettings => o.SetContinuousIntegrationBuild(true);

    /// <summary>Sets the property <c>Deterministic</c>.</summary>
    public static T SetDeterministic<T>(this T o, bool? v)
        where T : DotNetBuildSettings => o.SetProperty("Deterministic", v);

    /// <summary>Sets the property <c>Deterministic</c> to true.</summary>
    public static T EnableDeterministic<T>(this T o)
        where T : DotNetBuildSettings => o.SetDeterministic(true);

    /// <summary>Sets the property <c>TreatWarningsAsErrors</c>.</summary>
    public static T SetTreatWarningsAsErrors<T>(this T o, bool? v)
        where T : DotNetBuildSettings => o.SetProperty("TreatWarningsAsErrors", v);

    /// <summary>Sets the property <c>TreatWarningsAsErrors</c> to true.</summary>
    public static T EnableTreatWarningsAsErrors<T>(this T o)
        where T : DotNetBuildSettings => o.SetTreatWarningsAsErrors(true);
}
