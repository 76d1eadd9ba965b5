using System.Globalization;
using Polly;
using Polly.Retry;

namespace Acci.Oci.Retries;

/// <summary>
/// Repeats an operation that failed for a reason that may pass: lost connections, timeouts, the statuses 408, 429 and 5xx, and whatever is thrown as
/// <see cref="TransientException"/>. Delays grow exponentially with jitter, or are what the service asks for (<c>Retry-After</c>), within a budget of time.
/// Any other failure is passed on at once.
/// </summary>
public sealed class RetryPolicy
{
    private static readonly ResiliencePropertyKey<Operation> OperationKey = new("operation");

    private readonly RetryOptions _options;
    private readonly ResiliencePipeline _pipeline;

    /// <summary>A policy with this budget.</summary>
    public RetryPolicy(RetryOptions options)
    {
        _options = options;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = options.Time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = args => ValueTask.FromResult(
                    args.Outcome.Exception is { } exception
                    && !args.Context.CancellationToken.IsCancellationRequested
                    && Of(args.Context).MayGoOnAfter(exception)),
                DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(Of(args.Context).Delay),
                OnRetry = args =>
                {
                    options.Notify?.Invoke(Of(args.Context).Notice());
                    return ValueTask.CompletedTask;
                },
            })
            .Build();

        static Operation Of(ResilienceContext context) => context.Properties.GetValue(OperationKey, null!);
    }

    /// <summary>Runs the operation until it succeeds, fails for good, or the budget is used up.</summary>
    /// <param name="operation">What is done, with whom, as it begins a message: <c>127.0.0.1:5000: upload of blob sha256:…</c>.</param>
    /// <param name="action">One attempt at it.</param>
    /// <param name="cancellationToken">Ends the attempt under way, or the delay.</param>
    /// <exception cref="RetriesExhaustedException">It kept failing until the budget was used up.</exception>
    public async Task<T> RunAsync<T>(string operation, Func<Attempt, Task<T>> action, CancellationToken cancellationToken = default)
    {
        var state = new Operation(operation, _options);
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(OperationKey, state);
        try
        {
            return await _pipeline.ExecuteAsync(async c => await AttemptAsync(state, action, c.CancellationToken), context);
        }
        catch (Exception exception) when (TransientFault.Reason(exception) is { } reason)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new RetriesExhaustedException(state.GivingUp(reason), reason, exception) { IsUndecided = state.IsUndecided };
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(string operation, Func<Attempt, Task> action, CancellationToken cancellationToken = default) => RunAsync(
        operation,
        async attempt =>
        {
            await action(attempt);
            return true;
        },
        cancellationToken);

    // A service that swallows what it is sent would hold the last attempt long after the budget's end.
    private async Task<T> AttemptAsync<T>(Operation state, Func<Attempt, Task<T>> action, CancellationToken cancellationToken)
    {
        // A source that is linked has the machine's clock.
        using var limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _options.Time);
        await using var interruption = cancellationToken.Register(limit.Cancel);
        if (_options.BoundsAttempts && state.BudgetLeft is { } left) limit.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        try
        {
            return await action(state.NextAttempt(limit));
        }
        catch (Exception exception)
        {
            state.NoteWhatIsKnownAfter(exception);
            if (exception is OperationCanceledException && limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested) throw new TimeoutException(state.CutOff, exception);
            throw;
        }
    }

    /// <summary>The failures of one operation so far.</summary>
    private sealed class Operation(string name, RetryOptions options)
    {
        private int _attempts;
        private int _failuresInARow;
        private long _firstFailure;
        private long _start;
        private bool _moved;
        private bool _reached;
        private TimeSpan? _retryAfter;
        private string _reason = "";

        /// <summary>An attempt may have done what was asked for: it ended without an answer that decides.</summary>
        public bool IsUndecided { get; private set; }

        /// <summary>How long it is until the next attempt.</summary>
        public TimeSpan Delay { get; private set; }

        private bool IsFirstContact => !_reached && options.FirstContactBudget < options.Budget;

        private TimeSpan Budget => IsFirstContact ? options.FirstContactBudget!.Value : options.Budget;

        private TimeSpan Elapsed => options.Time.GetElapsedTime(_firstFailure);

        /// <summary>Why an attempt failed that the budget's end cut off. Its silence alone would hide what the service answered before.</summary>
        public string CutOff => _reason switch
        {
            "" => "no answer",
            _ when _reason.Contains("no answer", StringComparison.Ordinal) => _reason,
            _ => $"{_reason}, then no answer",
        };

        /// <summary>What is left of the budget; null where there is none.</summary>
        public TimeSpan? BudgetLeft => options.Budget == TimeSpan.Zero ? null : _failuresInARow == 0 ? options.Budget : options.Budget - Elapsed;

        public Attempt NextAttempt(CancellationTokenSource limit)
        {
            (_start, _moved) = (options.Time.GetTimestamp(), false);
            return new Attempt(++_attempts, () => _moved = true, () => _failuresInARow = 0, limit);
        }

        /// <summary>Takes note of whether an attempt decided anything. What decides about one says nothing of those before it.</summary>
        public void NoteWhatIsKnownAfter(Exception exception)
        {
            if (exception is DeliveryException decided) decided.IsUndecided = IsUndecided;
            else IsUndecided |= exception is not TransientException { IsRefusal: true };
        }

        /// <summary>Takes note of a failure, and says whether it may pass and the next attempt would still start within the budget.</summary>
        public bool MayGoOnAfter(Exception exception)
        {
            if (TransientFault.Reason(exception) is not { } reason) return false;
            _reason = reason;
            _reached |= exception is not NotReachedException;
            if (_failuresInARow++ == 0) _firstFailure = !_moved && TransientFault.IsSilence(exception) ? _start : options.Time.GetTimestamp();
            // A service that asks to be left alone for less than the backoff, or for no time at all, would be asked again and again.
            var backoff = Backoff();
            _retryAfter = exception is TransientException { RetryAfter: { } asked } && asked > backoff ? asked : null;
            Delay = _retryAfter ?? backoff;
            return Budget > TimeSpan.Zero && Elapsed + Delay <= Budget;
        }

        public RetryNotice Notice() => new(name, _reason, _attempts, Delay, Budget - Elapsed - Delay);

        public string GivingUp(string reason)
        {
            var attempts = _attempts == 1 ? "1 attempt" : $"{_attempts} attempts";
            var budget = string.Create(CultureInfo.InvariantCulture, $"the retry budget of {options.Budget.TotalSeconds:0.#} s");
            var effort = options.Budget == TimeSpan.Zero ? ""
                : IsFirstContact ? string.Create(CultureInfo.InvariantCulture, $" {attempts} within {Budget.TotalSeconds:0.#} s reached no server; the address may be wrong.")
                // A shorter wait was met, as long as there was time for it.
                : _retryAfter is { } wait && wait > options.Budget
                    ? string.Create(CultureInfo.InvariantCulture, $" It asks to be left alone for {wait.TotalSeconds:0} s, which {budget} does not allow.")
                : $" {attempts} used up {budget}.";
            return $"{name} failed: {reason}.{effort} Check the network and the service, then run the same command again.";
        }

        // Polly's own backoff would go on growing over an operation that gets on between its failures.
        private TimeSpan Backoff()
        {
            var delay = options.FirstDelay * Math.Pow(2, Math.Min(_failuresInARow - 1, 20));
            return (delay < options.MaximumDelay ? delay : options.MaximumDelay) * (0.5 + (Random.Shared.NextDouble() / 2));
        }
    }
}
