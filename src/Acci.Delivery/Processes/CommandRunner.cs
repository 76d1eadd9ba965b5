using System.ComponentModel;
using System.Text;
using CliWrap;
using CliWrap.Exceptions;
using Serilog;

namespace Acci.Delivery.Processes;

/// <summary>
/// The one place where programs are started. Their output is streamed line by line, redacted; when the run is cancelled the program is interrupted,
/// and it and everything it started are killed when it does not end by itself within <see cref="GracePeriod"/>.
/// </summary>
public static class CommandRunner
{
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(5);

    /// <summary>Runs the program to its end and returns how it ended, whatever the exit code.</summary>
    /// <param name="command">What to run.</param>
    /// <param name="onLine">Gets each line of both outputs as it comes, redacted.</param>
    /// <param name="cancellationToken">Interrupts the program.</param>
    /// <exception cref="CommandFailedException">The program could not be started.</exception>
    public static async Task<CommandResult> TryRunAsync(Command command, Action<string>? onLine = null, CancellationToken cancellationToken = default)
    {
        Log.Verbose("> {Command:l}", command.ToString());
        using var kill = new CancellationTokenSource();
        await using var killLater = cancellationToken.Register(() => kill.CancelAfter(GracePeriod));
        var output = new StringBuilder();
        var errors = new StringBuilder();

        var cli = Cli.Wrap(command.Executable)
            .WithArguments(command.Arguments)
            .WithEnvironmentVariables(command.Environment)
            .WithValidation(CommandResultValidation.None)
            .WithStandardInputPipe(Input(command))
            .WithStandardOutputPipe(Pipe(output, onLine))
            .WithStandardErrorPipe(Pipe(errors, onLine));
        if (command.WorkingDirectory is not null) cli = cli.WithWorkingDirectory(command.WorkingDirectory);

        try
        {
            var result = await cli.ExecuteAsync(kill.Token, cancellationToken);
            return new CommandResult(result.ExitCode, output.ToString(), errors.ToString());
        }
        catch (Exception exception) when (exception is Win32Exception or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandFailedException(command, exception);
        }
        catch (CommandExecutionException exception)
        {
            throw new CommandFailedException(command, exception);
        }
    }

    /// <summary>Runs the program and returns what it wrote.</summary>
    /// <exception cref="CommandFailedException">It could not be started, or its exit code is not 0.</exception>
    public static async Task<CommandResult> RunAsync(Command command, Action<string>? onLine = null, CancellationToken cancellationToken = default) =>
        await TryRunAsync(command, onLine, cancellationToken) is var result && result.Succeeded ? result : throw new CommandFailedException(command, result);

    private static PipeSource Input(Command command) =>
        command.StandardInputWriter is { } write ? PipeSource.Create(write)
        : command.StandardInput is { } text ? PipeSource.FromString(text)
        : PipeSource.Null;

    private static PipeTarget Pipe(StringBuilder whole, Action<string>? onLine) => onLine is null
        ? PipeTarget.ToStringBuilder(whole)
        : PipeTarget.ToDelegate(line =>
        {
            whole.AppendLine(line);
            onLine(Redaction.Redact(line));
        });
}
