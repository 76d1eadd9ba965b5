using System.Text;

namespace Nuke.Common.Tooling;

/// <summary>A process ended with an exit code that means failure.</summary>
public class ProcessException : Exception
{
    /// <summary>Tells of the process, its command line and what it wrote to standard error.</summary>
    public ProcessException(IProcess process)
        : base(Describe(process)) => ExitCode = process.ExitCode;

    /// <summary>The exit code.</summary>
    public int ExitCode { get; }

    private static string Describe(IProcess process)
    {
        const string indentation = "   ";
        var message = new StringBuilder()
            .AppendLine($"Process '{Path.GetFileName(process.FileName)}' exited with code {process.ExitCode}.")
            .AppendLine($"{indentation}> {process.FileName} {process.Arguments}".TrimEnd())
            .AppendLine($"{indentation}@ {process.WorkingDirectory}");

        var errors = process.Output.Where(x => x.Type == OutputType.Err).Select(x => x.Text).ToList();
        if (errors.Count > 0)
        {
            message.AppendLine("Error output:");
            foreach (var error in errors)
                message.AppendLine(indentation + error);
        }

        return message.ToString();
    }
}
