using Nuke.Common.Utilities;

namespace Nuke.Common.Tooling;

/// <summary>What a build expects of a process.</summary>
public static class ProcessExtensions
{
    /// <summary>Waits for the end of the process; a timeout is an error.</summary>
    public static IProcess AssertWaitForExit(this IProcess process)
    {
        Check.That(
            process is not null && process.WaitForExit(),
            $"Process '{Path.GetFileName(process?.FileName)}' did not exit within its timeout and was ended.");
        return process;
    }

    /// <summary>Waits for the end of the process; a timeout and any exit code but 0 are errors.</summary>
    public static IProcess AssertZeroExitCode(this IProcess process)
    {
        process.AssertWaitForExit();
        return process.ExitCode == 0 ? process : throw new ProcessException(process);
    }

    /// <summary>The output, if none of it went to standard error.</summary>
    public static IReadOnlyCollection<Output> EnsureOnlyStd(this IReadOnlyCollection<Output> output)
    {
        Check.That(output.All(x => x.Type == OutputType.Std), "Expected no output on standard error");
        return output;
    }

    /// <summary>What was written to standard output.</summary>
    public static string StdToText(this IEnumerable<Output> output) =>
        string.Join(EnvironmentInfo.NewLine, output.Where(x => x.Type == OutputType.Std).Select(x => x.Text));
}
