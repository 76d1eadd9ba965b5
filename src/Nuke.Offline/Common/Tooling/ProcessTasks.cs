using System.Diagnostics;
using System.Runtime.InteropServices;
using Nuke.Common.Utilities;
using Serilog;

namespace Nuke.Common.Tooling;

/// <summary>Starts processes.</summary>
public static class ProcessTasks
{
    /// <summary>Whether the output of processes is logged where nothing else is said.</summary>
    public static bool DefaultLogOutput = true;

    /// <summary>Whether the command lines of processes are logged where nothing else is said.</summary>
    public static bool DefaultLogInvocation = true;

    /// <summary>Where processes run where nothing else is said; null for the working directory.</summary>
    public static string DefaultWorkingDirectory;

    /// <summary>Whether a directory other than the default one is logged with the command line.</summary>
    public static bool LogWorkingDirectory = true;

    /// <summary>Starts a process with interpolated arguments.</summary>
    public static IProcess StartProcess(
        string toolPath,
        ArgumentStringHandler arguments,
        string workingDirectory = null,
        IReadOnlyDictionary<string, string> environmentVariables = null,
        int? timeout = null,
        bool? logOutput = null,
        bool? logInvocation = null,
        Action<OutputType, string> logger = null) =>
        StartProcess(
            toolPath,
            arguments.ToStringAndClear(),
            workingDirectory,
            environmentVariables,
            timeout,
            logOutput,
            logInvocation,
            logger,
            arguments.GetFilter());

    /// <summary>Starts a process.</summary>
    /// <param name="toolPath">An executable: a path, or a name to look for in <c>PATH</c>.</param>
    /// <param name="arguments">The arguments, quoted where needed.</param>
    /// <param name="workingDirectory">Where it runs.</param>
    /// <param name="environmentVariables">The whole environment; null for the build's own.</param>
    /// <param name="timeout">Milliseconds after which waiting ends the process.</param>
    /// <param name="logOutput">Whether its output is logged.</param>
    /// <param name="logInvocation">Whether its command line is logged.</param>
    /// <param name="logger">How its output is logged.</param>
    /// <param name="outputFilter">Removes secrets from the command line and the output.</param>
    public static IProcess StartProcess(
        string toolPath,
        string arguments = null,
        string workingDirectory = null,
        IReadOnlyDictionary<string, string> environmentVariables = null,
        int? timeout = null,
        bool? logOutput = null,
        bool? logInvocation = null,
        Action<OutputType, string> logger = null,
        Func<string, string> outputFilter = null)
    {
        Assert.NotNull(toolPath);
        if (!Path.IsPathRooted(toolPath) && !toolPath.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal))
            toolPath = ToolPathResolver.GetPathExecutable(toolPath);
        Check.That(File.Exists(toolPath), $"ToolPath '{toolPath}' does not exist");

        outputFilter ??= x => x;
        var defaultDirectory = DefaultWorkingDirectory ?? Environment.CurrentDirectory;
        workingDirectory ??= defaultDirectory;
        Check.That(Directory.Exists(workingDirectory), $"WorkingDirectory '{workingDirectory}' does not exist");

        if (logInvocation ?? DefaultLogInvocation)
        {
            Log.Information("> {ToolPath} {Arguments}", toolPath.DoubleQuoteIfNeeded(), outputFilter(arguments ?? string.Empty));
            if (LogWorkingDirectory && workingDirectory != defaultDirectory)
                Log.Information("@ {WorkingDirectory}", workingDirectory);
        }

        var startInfo = new ProcessStartInfo
        {
            FileName = toolPath,
            Arguments = arguments ?? string.Empty,
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (environmentVariables is not null)
        {
            startInfo.Environment.Clear();
            foreach (var (name, value) in environmentVariables)
                startInfo.Environment[name] = value;
        }

        return new ChildProcess(startInfo, timeout, outputFilter, logOutput ?? DefaultLogOutput ? logger ?? DefaultLogger : null);
    }

    /// <summary>Starts a command of the platform's shell.</summary>
    public static IProcess StartShell(
        string command,
        string workingDirectory = null,
        IReadOnlyDictionary<string, string> environmentVariables = null,
        int? timeout = null,
        bool? logOutput = null,
        bool? logInvocation = null,
        Action<OutputType, string> logger = null,
        Func<string, string> outputFilter = null)
    {
        var (shell, option) = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? ("cmd", "/c") : ("sh", "-c");
        return StartProcess(
            ToolPathResolver.GetPathExecutable(shell),
            $"{option} {command.DoubleQuote()}",
            workingDirectory,
            environmentVariables,
            timeout,
            logOutput,
            logInvocation,
            logger,
            outputFilter);
    }

    /// <summary>Logs standard output for debugging and standard error as an error.</summary>
    public static void DefaultLogger(OutputType type, string output)
    {
        if (type == OutputType.Std)
            Log.Debug("{Output:l}", output);
        else
            Log.Error("{Output:l}", output);
    }
}
