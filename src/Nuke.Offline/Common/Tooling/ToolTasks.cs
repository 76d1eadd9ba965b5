using System.Reflection;
using Nuke.Common.Utilities;

namespace Nuke.Common.Tooling;

/// <summary>The commands of a command-line tool; a derived class names it with a <see cref="ToolAttribute"/>.</summary>
public abstract class ToolTasks
{
    private string _toolPath;

    /// <summary>The tool as its attribute names it.</summary>
    protected ToolTasks()
    {
    }

    /// <summary>The executable for these options.</summary>
    protected virtual string GetToolPath(ToolOptions options = null) => GetToolPathInternal(options);

    /// <summary>The executable: the one set, else the one of <c>NAME_EXE</c>, else the one in the directories of <c>PATH</c>.</summary>
    protected string GetToolPathInternal(ToolOptions options = null)
    {
        if ((options?.ProcessToolPath ?? _toolPath) is { } path)
            return path;
        var executable = GetType().GetCustomAttribute<PathToolAttribute>()?.Executable;
        Check.That(executable is not null, $"'{GetType().Name}' does not say where its tool is");
        return ToolPathResolver.TryGetEnvironmentExecutable($"{executable.ToUpperInvariant()}_EXE") ?? ToolPathResolver.GetPathExecutable(executable);
    }

    /// <summary>Uses another executable.</summary>
    protected void SetToolPath(string path) => _toolPath = path;

    /// <summary>How the output is logged.</summary>
    protected virtual Action<OutputType, string> GetLogger(ToolOptions options = null) => options?.Logger ?? Log;

    /// <summary>What looks at the process once it has ended.</summary>
    protected virtual Func<ToolOptions, IProcess, object> GetExitHandler(ToolOptions options = null) =>
        options?.ExitHandler ?? ((_, process) => options?.ProcessExitHandling ?? true ? process.AssertZeroExitCode() : null);

    /// <summary>How this tool's output is logged where nothing else is said.</summary>
    private protected virtual void Log(OutputType type, string line) => ProcessTasks.DefaultLogger(type, line);

    /// <summary>Runs a command with options.</summary>
    protected virtual IReadOnlyCollection<Output> Run<T>(T options = null)
        where T : ToolOptions
    {
        options ??= Activator.CreateInstance<T>();
        var arguments = new ToolArguments(options);
        var environment = options.ProcessEnvironmentVariables is { } variables
            ? EnvironmentInfo.Variables.Where(x => !variables.ContainsKey(x.Key)).Concat(variables).ToDictionary()
            : null;
        using var process = ProcessTasks.StartProcess(
            GetToolPath(options),
            arguments.Text,
            options.ProcessWorkingDirectory,
            environment,
            options.ProcessExecutionTimeout,
            options.ProcessOutputLogging,
            options.ProcessInvocationLogging,
            GetLogger(options),
            arguments.Filter);
        process.AssertWaitForExit();
        GetExitHandler(options)(options, process);
        return process.Output;
    }

    /// <summary>Runs the tool with arguments.</summary>
    protected IReadOnlyCollection<Output> Run(
        ArgumentStringHandler arguments,
        string workingDirectory = null,
        IReadOnlyDictionary<string, string> environmentVariables = null,
        int? timeout = null,
        bool? logOutput = null,
        bool? logInvocation = null,
        Action<OutputType, string> logger = null,
        Func<IProcess, object> exitHandler = null)
    {
        using var process = ProcessTasks.StartProcess(
            GetToolPath(),
            arguments,
            workingDirectory,
            environmentVariables,
            timeout,
            logOutput,
            logInvocation,
            logger ?? GetLogger());
        process.AssertWaitForExit();
        (exitHandler ?? (x => x.AssertZeroExitCode()))(process);
        return process.Output;
    }
}
