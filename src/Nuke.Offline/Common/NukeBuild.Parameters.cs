using Nuke.Common.CI;
using Nuke.Common.CI.GitHubActions;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using Nuke.Common.Utilities;
using Nuke.Common.ValueInjection;

namespace Nuke.Common;

public abstract partial class NukeBuild
{
    private static readonly Lazy<Host> DetectedHost = new(DetectHost);
    private static readonly Lazy<AbsolutePath> FoundRootDirectory = new(FindRootDirectory);

    /// <summary>Where the build runs.</summary>
    [Parameter("Host for execution. Default is 'automatic'")]
    public static Host Host
    {
        get => field ?? DetectedHost.Value;
        set;
    }

    /// <summary>How much is written.</summary>
    [Parameter("Logging verbosity during build execution. Default is 'Normal'")]
    public static Verbosity Verbosity
    {
        get => (Verbosity)Logging.Level;
        set => Logging.Level = (LogLevel)value;
    }

    /// <summary>The root of the repository: the directory with <c>.nuke</c>.</summary>
    [Parameter("Root directory during build execution", Name = "Root")]
    public static AbsolutePath RootDirectory => FoundRootDirectory.Value;

    /// <summary>The profiles whose parameter files are read.</summary>
    [Parameter("Defines the profiles to load", Name = "Profile")]
    public static string[] LoadedLocalProfiles { get; internal set; } = [];

    /// <summary><c>.nuke/temp</c>.</summary>
    public static AbsolutePath TemporaryDirectory => (RootDirectory / ".nuke" / "temp").CreateDirectory();

    /// <summary>The build's assembly.</summary>
    public static AbsolutePath BuildAssemblyFile => System.Reflection.Assembly.GetEntryAssembly()?.Location.ToNullIfEmpty();

    /// <summary>Where the build's assembly is.</summary>
    public static AbsolutePath BuildAssemblyDirectory => BuildAssemblyFile?.Parent;

    /// <summary>The build's project: the next one above the assembly.</summary>
    public static AbsolutePath BuildProjectFile =>
        BuildAssemblyDirectory?.FindParentOrSelf(x => x.ContainsFile("*.csproj"))?.GetFiles("*.csproj").First();

    /// <summary>Where the build's project is.</summary>
    public static AbsolutePath BuildProjectDirectory => BuildProjectFile?.Parent;

    /// <summary>Whether the build runs on somebody's own machine.</summary>
    public static bool IsLocalBuild => !IsServerBuild;

    /// <summary>Whether the build runs on a build server.</summary>
    public static bool IsServerBuild => Host is IBuildServer;

    /// <inheritdoc/>
    [Parameter("Shows the help text for this build assembly")]
    public bool Help { get; internal set; }

    /// <inheritdoc/>
    [Parameter("Disables displaying the NUKE logo")]
    public bool NoLogo { get; set; }

    /// <inheritdoc/>
    [Parameter("Shows the execution plan (HTML)")]
    public bool Plan { get; internal set; }

    /// <inheritdoc/>
    [Parameter("Indicates to continue a previously failed build attempt")]
    public bool Continue { get; internal set; }

    /// <inheritdoc/>
    [Parameter("Partition to use on CI", List = false)]
    public Partition Partition { get; internal set; } = Partition.Single;

    AbsolutePath INukeBuild.RootDirectory => RootDirectory;

    AbsolutePath INukeBuild.TemporaryDirectory => TemporaryDirectory;

    AbsolutePath INukeBuild.BuildAssemblyFile => BuildAssemblyFile;

    AbsolutePath INukeBuild.BuildAssemblyDirectory => BuildAssemblyDirectory;

    AbsolutePath INukeBuild.BuildProjectFile => BuildProjectFile;

    AbsolutePath INukeBuild.BuildProjectDirectory => BuildProjectDirectory;

    Host INukeBuild.Host => Host;

    bool INukeBuild.IsLocalBuild => IsLocalBuild;

    bool INukeBuild.IsServerBuild => IsServerBuild;

    Verbosity INukeBuild.Verbosity => Verbosity;

    [Parameter("List of targets to be invoked. Default is '{default_target}'", Name = "Target", Separator = TargetSeparator)]
    internal string[] InvokedTargetNames => 
        (EnvironmentInfo.HasArgument("Target") ? Named("Target") : EnvironmentInfo.GetAllPositionalArguments<string>('+')) ?? Named("Target");

    [Parameter("List of targets to be skipped. Empty list skips all dependencies", Name = "Skip", Separator = TargetSeparator)]
    internal string[] SkippedTargetNames => Named("Skip");

    private const string TargetSeparator = "+";

    private static string[] Named(string name) => (string[])ParameterService.Instance.GetValue(name, typeof(string[]), '+', ownVariablesOnly: true);

    private static Host DetectHost()
    {
        if (EnvironmentInfo.GetNamedArgument<string>(nameof(Host)) is not { } name)
            return GitHubActions.IsRunningGitHubActions ? new GitHubActions() : new Terminal();
        return name.ToUpperInvariant() switch
        {
            "GITHUBACTIONS" => new GitHubActions(),
            "TERMINAL" => new Terminal(),
            _ => throw new ArgumentException($"Host '{name}' is not known. Available hosts are: {nameof(GitHubActions)}, {nameof(Terminal)}"),
        };
    }

    private static AbsolutePath FindRootDirectory()
    {
        const string marker = ".nuke";
        if (EnvironmentInfo.HasArgument("Root"))
            return EnvironmentInfo.CommandLine.Values("Root") is [var root, ..] ? Path.GetFullPath(root) : EnvironmentInfo.WorkingDirectory;
        if (EnvironmentParameters.Default.Get("Root", typeof(string), separator: null, withPrefixOnly: true) is string { Length: > 0 } set)
            return Path.GetFullPath(set);

        return EnvironmentInfo.WorkingDirectory.FindParentOrSelf(x => (x / marker).Exists()) ??
               BuildAssemblyDirectory?.FindParentOrSelf(x => (x / marker).Exists()) ??
               throw new DirectoryNotFoundException(
                   $"There is no '{marker}' directory in {EnvironmentInfo.WorkingDirectory}, nor above it: it marks the root of a repository. " +
                   "Create it, or name the root with --root");
    }
}
