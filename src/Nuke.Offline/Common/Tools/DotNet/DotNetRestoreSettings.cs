using Nuke.Common.Tooling;

namespace Nuke.Common.Tools.DotNet;

/// <summary>The options of <c>dotnet restore</c>.</summary>
[Command(Type = typeof(DotNetTasks), Command = nameof(DotNetTasks.DotNetRestore), Arguments = "restore")]
public class DotNetRestoreSettings : ToolOptions
{
    /// <summary>The project or solution.</summary>
    [Argument(Format = "{value}", Position = 1)]
    public string ProjectFile => Value<string>();

    /// <summary>The NuGet configuration file.</summary>
    [Argument(Format = "--configfile {value}")]
    public string ConfigFile => Value<string>();

    /// <summary>Whether projects are restored one after the other.</summary>
    [Argument(Format = "--disable-parallel")]
    public bool? DisableParallel => Value<bool?>();

    /// <summary>Whether everything is resolved anew.</summary>
    [Argument(Format = "--force")]
    public bool? Force => Value<bool?>();

    /// <summary>Whether package sources that cannot be reached are only warned about.</summary>
    [Argument(Format = "--ignore-failed-sources")]
    public bool? IgnoreFailedSources => Value<bool?>();

    /// <summary>Whether the lock file must not change.</summary>
    [Argument(Format = "--locked-mode")]
    public bool? LockedMode => Value<bool?>();

    /// <summary>Whether HTTP requests are not cached.</summary>
    [Argument(Format = "--no-cache")]
    public bool? NoCache => Value<bool?>();

    /// <summary>Whether only this project is regarded, without those it refers to.</summary>
    [Argument(Format = "--no-dependencies")]
    public bool? NoDependencies => Value<bool?>();

    /// <summary>Where packages are restored to.</summary>
    [Argument(Format = "--packages {value}")]
    public string PackageDirectory => Value<string>();

    /// <summary>The runtime identifier.</summary>
    [Argument(Format = "--runtime {value}")]
    public string Runtime => Value<string>();

    /// <summary>The package sources.</summary>
    [Argument(Format = "--source {value}")]
    public IReadOnlyList<string> Sources => Value<IReadOnlyList<string>>();

    /// <summary>Whether a lock file is written and used.</summary>
    [Argument(Format = "--use-lock-file")]
    public bool? UseLockFile => Value<bool?>();

    /// <summary>How much is written.</summary>
    [Argument(Format = "--verbosity {value}")]
    public DotNetVerbosity Verbosity => Value<DotNetVerbosity>();

    /// <summary>MSBuild properties.</summary>
    [Argument(Format = "--property:{key}={value}")]
    public IReadOnlyDictionary<string, object> Properties => Value<IReadOnlyDictionary<string, object>>();
}
