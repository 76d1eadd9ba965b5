using System.Globalization;
using Nuke.Common.Tooling;

namespace Nuke.Common.Tools.DotNet;

/// <summary>The .NET command line.</summary>
[PathTool(Executable = PathExecutable)]
public class DotNetTasks : ToolTasks, IRequirePathTool
{
    /// <summary>The name of the executable.</summary>
    public const string PathExecutable = "dotnet";

    private static readonly DotNetTasks Instance = new();

    /// <summary>The executable.</summary>
    public static string DotNetPath
    {
        get => Instance.GetToolPathInternal();
        set => Instance.SetToolPath(value);
    }

    /// <summary>Runs <c>dotnet</c> with arguments.</summary>
    public static IReadOnlyCollection<Output> DotNet(
        ArgumentStringHandler arguments,
        string workingDirectory = null,
        IReadOnlyDictionary<string, string> environmentVariables = null,
        int? timeout = null,
        bool? logOutput = null,
        bool? logInvocation = null,
        Action<OutputType, string> logger = null,
        Func<IProcess, object> exitHandler = null) =>
        Instance.Run(arguments, workingDirectory, environmentVariables, timeout, logOutput, logInvocation, logger, exitHandler);

    /// <summary>Runs <c>dotnet restore</c>.</summary>
    public static IReadOnlyCollection<Output> DotNetRestore(DotNetRestoreSettings options = null) => Instance.Run(options);

    /// <summary>Runs <c>dotnet restore</c>.</summary>
    public static IReadOnlyCollection<Output> DotNetRestore(Configure<DotNetRestoreSettings> configurator) =>
        DotNetRestore(configurator.InvokeSafe(new DotNetRestoreSettings()));

    /// <summary>Runs <c>dotnet restore</c> once for each of several options.</summary>
    public static IEnumerable<(DotNetRestoreSettings Settings, IReadOnlyCollection<Output> Output)> DotNetRestore(
        CombinatorialConfigure<DotNetRestoreSettings> configurator, int degreeOfParallelism = 1, bool completeOnFailure = false) =>
        configurator.Invoke(DotNetRestore, degreeOfParallelism, completeOnFailure);

    /// <summary>Runs <c>dotnet build</c>.</summary>
    public static IReadOnlyCollection<Output> DotNetBuild(DotNetBuildSettings options = null) => Instance.Run(options);

    /// <summary>Runs <c>dotnet build</c>.</summary>
    public static IReadOnlyCollection<Output> DotNetBuild(Configure<DotNetBuildSettings> configurator) =>
        DotNetBuild(configurator.InvokeSafe(new DotNetBuildSettings()));

    /// <summary>Runs <c>dotnet build</c> once for each of several options.</summary>
    public static IEnumerable<(DotNetBuildSettings Settings, IReadOnlyCollection<Output> Output)> DotNetBuild(
        CombinatorialConfigure<DotNetBuildSettings> configurator, int degreeOfParallelism = 1, bool completeOnFailure = false) =>
        configurator.Invoke(DotNetBuild, degreeOfParallelism, completeOnFailure);

    /// <summary>Runs <c>dotnet test</c>.</summary>
    public static IReadOnlyCollection<Output> DotNetTest(DotNetTestSettings options = null) => Instance.Run(options);

    /// <summary>Runs <c>dotnet test</c>.</summary>
    public static IReadOnlyCollection<Output> DotNetTest(Configure<DotNetTestSettings> configurator) =>
        DotNetTest(configurator.InvokeSafe(new DotNetTestSettings()));

    /// <summary>Runs <c>dotnet test</c> once for each of several options.</summary>
    public static IEnumerable<(DotNetTestSettings Settings, IReadOnlyCollection<Output> Output)> DotNetTest(
        CombinatorialConfigure<DotNetTestSettings> configurator, int degreeOfParallelism = 1, bool completeOnFailure = false) =>
        configurator.Invoke(DotNetTest, degreeOfParallelism, completeOnFailure);

    /// <summary>Runs <c>dotnet publish</c>.</summary>
    public static IReadOnlyCollection<Output> DotNetPublish(DotNetPublishSettings options = null) => Instance.Run(options);

    /// <summary>Runs <c>dotnet publish</c>.</summary>
    public static IReadOnlyCollection<Output> DotNetPublish(Configure<DotNetPublishSettings> configurator) =>
        DotNetPublish(configurator.InvokeSafe(new DotNetPublishSettings()));

    /// <summary>Runs <c>dotnet publish</c> once for each of several options.</summary>
    public static IEnumerable<(DotNetPublishSettings Settings, IReadOnlyCollection<Output> Output)> DotNetPublish(
        CombinatorialConfigure<DotNetPublishSettings> configurator, int degreeOfParallelism = 1, bool completeOnFailure = false) =>
        configurator.Invoke(DotNetPublish, degreeOfParallelism, completeOnFailure);

    /// <summary>Errors and warnings of MSBuild are logged as such, although they come on standard output.</summary>
    private protected override void Log(OutputType type, string line)
    {
        if (type == OutputType.Std && line.Contains(": error ", StringComparison.Ordinal))
            Serilog.Log.Error("{Output:l}", line);
        else if (type == OutputType.Std && line.Contains(": warning ", StringComparison.Ordinal))
            Serilog.Log.Warning("{Output:l}", line);
        else
            base.Log(type, line);
    }

    /// <summary>A property's value as MSBuild's command line wants it: what separates properties there is escaped.</summary>
    internal static object EscapeProperty(object value) => value switch
    {
        null => null,
        bool boolean => boolean ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)
            .Replace("%", "%25", StringComparison.Ordinal)
            .Replace(";", "%3B", StringComparison.Ordinal)
            .Replace(",", "%2C", StringComparison.Ordinal),
    };
}
