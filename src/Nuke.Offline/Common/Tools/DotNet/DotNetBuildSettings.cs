using Nuke.Common.Tooling;

namespace Nuke.Common.Tools.DotNet;

/// <summary>The options of <c>dotnet build</c>.</summary>
[Command(Type = typeof(DotNetTasks), Command = nameof(DotNetTasks.DotNetBuild), Arguments = "build")]
public class DotNetBuildSettings : ToolOptions
{
    /// <summary>The project or solution.</summary>
    [Argument(Format = "{value}", Position = 1)]
    public string ProjectFile => Value<string>();

    /// <summary>Where all output goes, by project.</summary>
    [Argument(Format = "--artifacts-path {value}")]
    public string ArtifactsPath => Value<string>();

    /// <summary>The configuration, such as <c>Release</c>.</summary>
    [Argument(Format = "--configuration {value}")]
    public string Configuration => Value<string>();

    /// <summary>The target framework.</summary>
    [Argument(Format = "--framework {value}")]
    public string Framework => Value<string>();

    /// <summary>Whether only this project is regarded, without those it refers to.</summary>
    [Argument(Format = "--no-dependencies")]
    public bool? NoDependencies => Value<bool?>();

    /// <summary>Whether everything is built anew.</summary>
    [Argument(Format = "--no-incremental")]
    public bool? NoIncremental => Value<bool?>();

    /// <summary>Whether the banner is left out.</summary>
    [Argument(Format = "--nologo")]
    public bool? NoLogo => Value<bool?>();

    /// <summary>Whether nothing is restored before.</summary>
    [Argument(Format = "--no-restore")]
    public bool? NoRestore => Value<bool?>();

    /// <summary>Where the output goes.</summary>
    [Argument(Format = "--output {value}")]
    public string OutputDirectory => Value<string>();

    /// <summary>The runtime identifier.</summary>
    [Argument(Format = "--runtime {value}")]
    public string Runtime => Value<string>();

    /// <summary>Whether the runtime comes with the output.</summary>
    [Argument(Format = "--self-contained {value}")]
    public bool? SelfContained => Value<bool?>();

    /// <summary>How much is written.</summary>
    [Argument(Format = "--verbosity {value}")]
    public DotNetVerbosity Verbosity => Value<DotNetVerbosity>();

    /// <summary>What is set as <c>VersionSuffix</c>.</summary>
    [Argument(Format = "--version-suffix {value}")]
    public string VersionSuffix => Value<string>();

    /// <summary>MSBuild properties.</summary>
    [Argument(Format = "--property:{key}={value}")]
    public IReadOnlyDictionary<string, object> Properties => Value<IReadOnlyDictionary<string, object>>();
}
