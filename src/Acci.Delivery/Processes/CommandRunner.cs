using System.Collections.Concurrent;
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
    // In characters: of what is read as a whole, and of what is kept of lines that were handed on.
    private const int LargestOutput = 128 * 1024 * 1024;
    private const int LargestEnd = 4 * 1024 * 1024;
    // Of a line that does not end: as much is read, and less shown, for a secret may be cut in two at its end.
    private const int LongestLine = 1024 * 1024, HiddenEnd = 64 * 1024;

    private const int TextFileBusy = 26;
    private const int BusyTries = 40;

    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(5);

    // 49.7 days: a timer takes no more. Source: CancellationTokenSource.CancelAfter.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);
    private static readonly TimeSpan BusyDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SignalDelay = TimeSpan.FromMilliseconds(500);
    private static readonly ConcurrentDictionary<int, bool> RunningIds = new();

    /// <summary>The process ids of the programs that run now.</summary>
    public static IReadOnlyCollection<int> Running => [.. RunningIds.Keys];

    /// <summary>Variables that this process had and hides from its own parameters; programs get them.</summary>
    public static IDictionary<string, string> Hidden { get; } = new ConcurrentDictionary<string, string>();

    /// <summary>Runs the program to its end and returns how it ended, whatever the exit code.</summary>
    /// <param name="command">What to run.</param>
    /// <param name="onLine">Gets each line of both outputs as it comes, redacted.</param>
    /// <param name="cancellationToken">Interrupts the program.</param>
    /// <exception cref="CommandFailedException">The program could not be started.</exception>
    /// <exception cref="NoAnswerException">It did not end within its <see cref="Command.AnswerTime"/>.</exception>
    public static Task<CommandResult> TryRunAsync(Command command, Action<string>? onLine = null, CancellationToken cancellationToken = default) =>
        TryRunAsync(command, output => Pipe(output, onLine), cancellationToken);

    /// <summary>
    /// Runs a program whose output is data for one reader, who masks what is shown of it: a mask would make it unreadable. Nothing of it is in what
    /// is returned.
    /// </summary>
    /// <param name="command">What to run.</param>
    /// <param name="read">Gets each line of both outputs as it comes, not redacted.</param>
    /// <param name="cancellationToken">Interrupts the program.</param>
    /// <exception cref="CommandFailedException">The program could not be started.</exception>
    internal static Task<CommandResult> TryReadAsync(Command command, Action<string> read, CancellationToken cancellationToken) =>
        TryRunAsync(
            command,
            // One that is cut is no data any more.
            _ => PipeTarget.Create((output, token) => LineReader.ReadAsync(output, LargestOutput, (line, isCut) => read(isCut ? "" : line), token)),
            cancellationToken);

    /// <summary>Runs the program and returns what it wrote.</summary>
    /// <exception cref="CommandFailedException">It could not be started, or its exit code is not 0.</exception>
    public static async Task<CommandResult> RunAsync(Command command, Action<string>? onLine = null, CancellationToken cancellationToken = default) =>
        await TryRunAsync(command, onLine, cancellationToken) is var result && result.Succeeded ? result : throw new CommandFailedException(command, result);

    private static async Task<CommandResult> TryRunAsync(Command command, Func<StringBuilder, PipeTarget> pipe, CancellationToken cancellationToken)
    {
        if (command.AnswerTime is not { } patience) return await RunToItsEndAsync(command, pipe, cancellationToken);
        // A source that is linked has the machine's clock.
        using var inTime = new CancellationTokenSource(patience < LongestTimer ? patience : LongestTimer, command.Time);
        await using var interruption = cancellationToken.Register(inTime.Cancel);
        try
        {
            return await RunToItsEndAsync(command, pipe, inTime.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NoAnswerException($"`{command}`", patience, "Run the command by hand, and this build again once it answers.");
        }
    }

    private static async Task<CommandResult> RunToItsEndAsync(Command command, Func<StringBuilder, PipeTarget> pipe, CancellationToken cancellationToken)
    {
        Log.Verbose("> {Command:l}", command.ToString());
        using var kill = new CancellationTokenSource();
        await using var killLater = cancellationToken.Register(() => kill.CancelAfter(GracePeriod));
        var output = new StringBuilder();
        var errors = new StringBuilder();

        var cli = Cli.Wrap(command.Executable)
            .WithArguments(command.Arguments)
            .WithEnvironmentVariables(EnvironmentOf(command))
            .WithValidation(CommandResultValidation.None)
            .WithStandardInputPipe(Input(command))
            .WithStandardOutputPipe(pipe(output))
            .WithStandardErrorPipe(pipe(errors));
        if (command.WorkingDirectory is not null) cli = cli.WithWorkingDirectory(command.WorkingDirectory);

        try
        {
            var run = await StartAsync(() => cli.ExecuteAsync(kill.Token, cancellationToken), cancellationToken);
            RunningIds[run.ProcessId] = true;
            try
            {
                var exitCode = (await run).ExitCode;
                if (output.Length > LargestOutput || errors.Length > LargestOutput) throw new DeliveryException($"`{command}` writes more than {LargestOutput / 1024 / 1024} MiB, which is not read.");
                // A terminal's Ctrl-C reaches the program, too, which may end before this process hears of it.
                if (exitCode is 129 or 130 or 143) await Task.Delay(SignalDelay, TimeProvider.System, cancellationToken);
                return new CommandResult(exitCode, output.ToString(), errors.ToString());
            }
            finally
            {
                RunningIds.TryRemove(run.ProcessId, out _);
            }
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

    // A program that was written a moment ago is still open for writing in a child that another thread is about to start. Source: execve(2), ETXTBSY.
    private static async Task<T> StartAsync<T>(Func<T> start, CancellationToken cancellationToken)
    {
        for (var left = BusyTries; ; left--)
        {
            try
            {
                return start();
            }
            catch (Win32Exception exception) when (left > 0 && exception.GetBaseException() is Win32Exception { NativeErrorCode: TextFileBusy })
            {
                await Task.Delay(BusyDelay, TimeProvider.System, cancellationToken);
            }
        }
    }

    private static Dictionary<string, string?> EnvironmentOf(Command command)
    {
        var variables = Hidden.ToDictionary(x => x.Key, x => (string?)x.Value);
        foreach (var name in command.Secrets)
        {
            if (WithheldVariables.All.TryGetValue(name, out var secret)) variables[name] = secret;
        }

        foreach (var (name, value) in command.Environment) variables[name] = value;
        return variables;
    }

    private static PipeSource Input(Command command) =>
        command.StandardInputWriter is { } write ? PipeSource.Create(write)
        : command.StandardInput is { } text ? PipeSource.FromString(text)
        : PipeSource.Null;

    private static PipeTarget Pipe(StringBuilder whole, Action<string>? onLine) => onLine is null
        ? PipeTarget.Create((output, cancellationToken) => ReadAsync(output, whole, cancellationToken))
        : PipeTarget.Create((output, cancellationToken) => LineReader.ReadAsync(
            output,
            LongestLine,
            (line, isCut) =>
            {
                var shown = isCut ? Redaction.Beginning(line, Math.Max(Redaction.Beginning(line, int.MaxValue).Length - HiddenEnd, 1)) : Redaction.Redact(line);
                whole.AppendLine(isCut ? shown : line);
                // Its reader has the beginning; messages quote the end.
                if (whole.Length > 2 * LargestEnd) RemoveBeginning(whole);
                onLine(shown);
            },
            cancellationToken));

    // Whole lines: half a secret is not masked.
    private static void RemoveBeginning(StringBuilder whole)
    {
        var end = whole.ToString(whole.Length - LargestEnd, LargestEnd);
        whole.Clear().Append(end, end.IndexOf('\n') + 1, LargestEnd - end.IndexOf('\n') - 1);
    }

    // What goes beyond the limit is read and not kept, so that the program comes to its end.
    private static async Task ReadAsync(Stream output, StringBuilder whole, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(output, Encoding.Default, detectEncodingFromByteOrderMarks: false, bufferSize: 64 * 1024, leaveOpen: true);
        var buffer = new char[64 * 1024];
        for (int count; (count = await reader.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (whole.Length <= LargestOutput) whole.Append(buffer, 0, count);
        }
    }
}
