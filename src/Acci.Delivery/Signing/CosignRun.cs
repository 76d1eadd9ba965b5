using System.Collections.Concurrent;
using System.Globalization;
using Acci.Delivery.Processes;
using Acci.Oci.Retries;

namespace Acci.Delivery.Signing;

/// <summary>One command of cosign's that asks servers, tried again while a registry or a service of Sigstore's fails in a way that may pass.</summary>
/// <param name="Name">What is done, as it begins a message.</param>
/// <param name="Retry">How long it is tried again.</param>
internal sealed record CosignRun(string Name, RetryOptions Retry)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Who issued the identity token that is signed with; null where none is.</summary>
    public string? Issuer { get; init; }

    /// <summary>Whether what an attempt was to write is in the registry, although the attempt failed; null where nothing is written.</summary>
    public Func<CancellationToken, Task<bool>>? IsWrittenAsync { get; init; }

    // cosign waits 3 minutes for a registry that says nothing.
    private TimeSpan Wait => WaitOf(Retry);

    /// <summary>How long a server may say nothing.</summary>
    public static TimeSpan WaitOf(RetryOptions retry) => retry.Budget > ShortestWait ? retry.Budget : ShortestWait;

    /// <summary>Runs it.</summary>
    /// <param name="commandAsync">Makes the command for an attempt: identity tokens are valid for minutes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CommandFailedException">cosign refused.</exception>
    /// <exception cref="SigstoreException">A service of Sigstore's refused.</exception>
    /// <exception cref="RetriesExhaustedException">The registry or a service of Sigstore's went on failing.</exception>
    public Task<CommandResult> RunAsync(Func<CancellationToken, Task<Command>> commandAsync, CancellationToken cancellationToken)
    {
        var mayBeWritten = false;
        return new RetryPolicy(Retry).RunAsync(Name, async attempt =>
        {
            // A second signature would stay beside the first.
            if (mayBeWritten && await IsWrittenAsync!(attempt.CancellationToken)) return new CommandResult(0, "", "");
            var command = WithTimeout(await commandAsync(attempt.CancellationToken));
            mayBeWritten = IsWrittenAsync is not null;
            var result = await TryRunAsync(command, attempt.CancellationToken);
            if (result.Succeeded) return result;
            if (CosignError.IsVerdict(command.Arguments[0], result.StandardError)) throw new CommandFailedException(command, result);
            if (SigstoreFailure.Find(result.StandardError) is { } failure)
            {
                mayBeWritten = false;
                throw failure.Passing ?? new SigstoreException($"{Name} failed: {failure.Service} {failure.Reason}. {failure.Advice(Issuer)}");
            }

            if (PassingFailure.Find(result.StandardError) is { } passing) throw passing;
            throw CosignError.RefusedList(result.StandardError) is { } problem
                ? new DeliveryException($"{Name} failed: {problem}")
                : new CommandFailedException(command, result);
        }, cancellationToken);
    }

    private Command WithTimeout(Command command) => command with
    {
        Arguments = [command.Arguments[0], string.Create(CultureInfo.InvariantCulture, $"--timeout={Wait.TotalSeconds:0}s"), .. command.Arguments.Skip(1)],
    };

    private async Task<CommandResult> TryRunAsync(Command command, CancellationToken cancellationToken)
    {
        var lines = new ConcurrentQueue<string>();
        using var limit = new CancellationTokenSource(Wait + Grace, Retry.Time);
        await using var interruption = cancellationToken.Register(limit.Cancel);
        try
        {
            return await CommandRunner.TryRunAsync(command, lines.Enqueue, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw SigstoreFailure.Silence(string.Join('\n', lines));
        }
    }
}
