namespace Nuke.Common.Tooling;

/// <summary>The options of a command-line tool and of the process it runs in.</summary>
public abstract class ToolOptions : Options
{
    /// <summary>No options yet.</summary>
    protected ToolOptions()
    {
    }

    /// <summary>The executable, if not the tool's own.</summary>
    public string ProcessToolPath => Value<string>();

    /// <summary>Where the process runs, if not in the working directory.</summary>
    public string ProcessWorkingDirectory => Value<string>();

    /// <summary>Variables the process gets beside, or instead of, the build's own.</summary>
    public IReadOnlyDictionary<string, string> ProcessEnvironmentVariables => Value<IReadOnlyDictionary<string, string>>();

    /// <summary>Arguments written last, as they are.</summary>
    public IReadOnlyList<string> ProcessAdditionalArguments => Value<IReadOnlyList<string>>();

    /// <summary>What is kept out of the log.</summary>
    public IReadOnlyList<string> ProcessRedactedSecrets => Value<IReadOnlyList<string>>();

    /// <summary>Milliseconds after which the process is ended.</summary>
    public int? ProcessExecutionTimeout => Value<int?>();

    /// <summary>Whether the output is logged.</summary>
    public bool? ProcessOutputLogging => Value<bool?>();

    /// <summary>Whether the command line is logged.</summary>
    public bool? ProcessInvocationLogging => Value<bool?>();

    /// <summary>Whether an exit code other than 0 is an error.</summary>
    public bool? ProcessExitHandling => Value<bool?>();

    internal Action<OutputType, string> Logger => Value<Action<OutputType, string>>();

    internal Func<ToolOptions, IProcess, object> ExitHandler => Value<Func<ToolOptions, IProcess, object>>();
}
