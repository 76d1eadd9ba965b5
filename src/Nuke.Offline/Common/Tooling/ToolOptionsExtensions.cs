namespace Nuke.Common.Tooling;

/// <summary>Changes the options of the process a tool runs in.</summary>
public static class ToolOptionsExtensions
{
    /// <summary>Uses another executable.</summary>
    public static T SetProcessToolPath<T>(this T o, string value)
        where T : ToolOptions => o.With(nameof(ToolOptions.ProcessToolPath), value);

    /// <summary>Runs in that directory.</summary>
    public static T SetProcessWorkingDirectory<T>(this T o, string value)
        where T : ToolOptions => o.With(nameof(ToolOptions.ProcessWorkingDirectory), value);

    /// <summary>Sets a variable.</summary>
    public static T SetProcessEnvironmentVariable<T>(this T o, string key, string value)
        where T : ToolOptions => o.WithPair(nameof(ToolOptions.ProcessEnvironmentVariables), key, value);

    /// <summary>Sets a variable.</summary>
    public static T SetProcessEnvironmentVariable<T>(this T o, string key, object value)
        where T : ToolOptions => o.SetProcessEnvironmentVariable(key, value?.ToString());

    /// <summary>Adds a variable.</summary>
    public static T AddProcessEnvironmentVariable<T>(this T o, string key, string value)
        where T : ToolOptions => o.WithPair(nameof(ToolOptions.ProcessEnvironmentVariables), key, value, add: true);

    /// <summary>Adds variables.</summary>
    public static T AddProcessEnvironmentVariables<T>(this T o, Dictionary<string, string> values)
        where T : ToolOptions => o.WithPairs(nameof(ToolOptions.ProcessEnvironmentVariables), values, add: true);

    /// <summary>Adds arguments at the end, as they are.</summary>
    public static T AddProcessAdditionalArguments<T>(this T o, params string[] v)
        where T : ToolOptions => o.WithItems(nameof(ToolOptions.ProcessAdditionalArguments), v);

    /// <summary>Adds arguments at the end, as they are.</summary>
    public static T AddProcessAdditionalArguments<T>(this T o, IEnumerable<string> v)
        where T : ToolOptions => o.WithItems(nameof(ToolOptions.ProcessAdditionalArguments), v);

    /// <summary>Sets the arguments at the end.</summary>
    public static T SetProcessAdditionalArguments<T>(this T o, params string[] v)
        where T : ToolOptions => o.With(nameof(ToolOptions.ProcessAdditionalArguments), v.ToList());

    /// <summary>Keeps values out of the log.</summary>
    public static T AddProcessRedactedSecrets<T>(this T o, params string[] v)
        where T : ToolOptions => o.WithItems(nameof(ToolOptions.ProcessRedactedSecrets), v);

    /// <summary>Ends the process after that many milliseconds.</summary>
    public static T SetProcessExecutionTimeout<T>(this T o, int? value)
        where T : ToolOptions => o.With(nameof(ToolOptions.ProcessExecutionTimeout), value);

    /// <summary>Ends the process after that time.</summary>
    public static T SetProcessExecutionTimeout<T>(this T o, TimeSpan value)
        where T : ToolOptions => o.SetProcessExecutionTimeout((int)value.TotalMilliseconds);

    /// <summary>Logs the output, or does not.</summary>
    public static T SetProcessOutputLogging<T>(this T o, bool? value)
        where T : ToolOptions => o.With(nameof(ToolOptions.ProcessOutputLogging), value);

    /// <summary>Logs the output.</summary>
    public static T EnableProcessOutputLogging<T>(this T o)
        where T : ToolOptions => o.SetProcessOutputLogging(true);

    /// <summary>Does not log the output.</summary>
    public static T DisableProcessOutputLogging<T>(this T o)
        where T : ToolOptions => o.SetProcessOutputLogging(false);

    /// <summary>Logs the command line, or does not.</summary>
    public static T SetProcessInvocationLogging<T>(this T o, bool? value)
        where T : ToolOptions => o.With(nameof(ToolOptions.ProcessInvocationLogging), value);

    /// <summary>Logs the command line.</summary>
    public static T EnableProcessInvocationLogging<T>(this T o)
        where T : ToolOptions => o.SetProcessInvocationLogging(true);

    /// <summary>Does not log the command line.</summary>
    public static T DisableProcessInvocationLogging<T>(this T o)
        where T : ToolOptions => o.SetProcessInvocationLogging(false);

    /// <summary>Takes an exit code other than 0 for an error, or does not.</summary>
    public static T SetProcessExitHandling<T>(this T o, bool? value)
        where T : ToolOptions => o.With(nameof(ToolOptions.ProcessExitHandling), value);

    /// <summary>Takes an exit code other than 0 for an error.</summary>
    public static T EnableProcessExitHandling<T>(this T o)
        where T : ToolOptions => o.SetProcessExitHandling(true);

    /// <summary>Does not regard the exit code.</summary>
    public static T DisableProcessExitHandling<T>(this T o)
        where T : ToolOptions => o.SetProcessExitHandling(false);

    /// <summary>Looks at the process once it has ended.</summary>
    public static T SetProcessExitHandler<T>(this T o, Action<IProcess> exitHandler)
        where T : ToolOptions => o.SetProcessExitHandler((_, process) => exitHandler(process));

    /// <summary>Looks at the process once it has ended.</summary>
    public static T SetProcessExitHandler<T>(this T o, Action<T, IProcess> exitHandler)
        where T : ToolOptions => o.With(nameof(ToolOptions.ExitHandler), (Func<ToolOptions, IProcess, object>)((options, process) =>
        {
            exitHandler((T)options, process);
            return null;
        }));

    /// <summary>Logs the output in another way.</summary>
    public static T SetProcessLogger<T>(this T o, Action<OutputType, string> v)
        where T : ToolOptions => o.With(nameof(ToolOptions.Logger), v);
}
