using Nuke.Common.Tooling;

namespace Nuke.Common.Tools.DotNet;

/// <summary>The options of <c>dotnet test</c>.</summary>
[Command(Type = typeof(DotNetTasks), Command = nameof(DotNetTasks.DotNetTest), Arguments = "test")]
public class DotNetTestSettings : ToolOptions
{
    /// <summary>The project or solution.</summary>
    [Argument(Format = "{value}", Position = 1)]
    public string ProjectFile => Value<string>();

    /// <summary>Where all output goes, by project.</summary>
    [Argument(Format = "--artifacts-path {value}")]
    public string ArtifactsPath => Value<string>();

    /// <summary>How long a test may take before it counts as hanging.</summary>
    [Argument(Format = "--blame-hang-timeout {value}")]
    public string BlameHangTimeout => Value<string>();

    /// <summary>Whether the test that brings the process down is found out.</summary>
    [Argument(Format = "--blame")]
    public bool? BlameMode => Value<bool?>();

    /// <summary>The configuration, such as <c>Release</c>.</summary>
    [Argument(Format = "--configuration {value}")]
    public string Configuration => Value<string>();

    /// <summary>The data collector.</summary>
    [Argument(Format = "--collect {value}")]
    public string DataCollector => Value<string>();

    /// <summary>Which tests are run.</summary>
    [Argument(Format = "--filter {value}")]
    public string Filter => Value<string>();

    /// <summary>The target framework.</summary>
    [Argument(Format = "--framework {value}")]
    public string Framework => Value<string>();

    /// <summary>The loggers.</summary>
    [Argument(Format = "--logger {value}")]
    public IReadOnlyList<string> Loggers => Value<IReadOnlyList<string>>();

    /// <summary>Whether nothing is built before.</summary>
    [Argument(Format = "--no-build")]
    public bool? NoBuild => Value<bool?>();

    /// <summary>Whether the banner is left out.</summary>
    [Argument(Format = "--nologo")]
    public bool? NoLogo => Value<bool?>();

    /// <summary>Whether nothing is restored before.</summary>
    [Argument(Format = "--no-restore")]
    public bool? NoRestore => Value<bool?>();

    /// <summary>Where the test binaries are.</summary>
    [Argument(Format = "--output {value}")]
    public string Output => Value<string>();

    /// <summary>Where the results go.</summary>
    [Argument(Format = "--results-directory {value}")]
    public string ResultsDirectory => Value<string>();

    /// <summary>The runtime identifier.</summary>
    [Argument(Format = "--runtime {value}")]
    public string Runtime => Value<string>();

    /// <summary>The run settings file.</summary>
    [Argument(Format = "--settings {value}")]
    public string SettingsFile => Value<string>();

    /// <summary>How much is written.</summary>
    [Argument(Format = "--verbosity {value}")]
    public DotNetVerbosity Verbosity => Value<DotNetVerbosity>();

    /// <summary>MSBuild properties.</summary>
    [Argument(Format = "--property:{key}={value}")]
    public IReadOnlyDictionary<string, object> Properties => Value<IReadOnlyDictionary<string, object>>();
}
