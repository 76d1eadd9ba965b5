namespace Acci.Oci.Retries;

/// <summary>How long a <see cref="RetryPolicy"/> goes on, and whom it tells.</summary>
public sealed record RetryOptions
{
    internal static readonly TimeSpan FirstContact = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long one operation may go on failing, counted from its first failure or, where it gets on in steps, from its first failure after the last step
    /// that succeeded. An attempt that waited for an answer in vain counts from its start. Zero means that nothing is tried twice. Default: 2 minutes.
    /// </summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long an operation may go on failing whose server was never reached (<see cref="NotReachedException"/>), so that a wrong address is said soon. Default: null, the
    /// server is known to be there, and the whole budget holds.
    /// </summary>
    public TimeSpan? FirstContactBudget { get; init; }

    /// <summary>The same, for operations with servers whose addresses nobody has tried yet: 5 seconds for those that are not reached.</summary>
    public RetryOptions ForFirstContact() => this with { FirstContactBudget = FirstContact };

    /// <summary>The delay before the second attempt, which then doubles, with jitter. Default: 0.25 seconds.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// What the delays grow to: 5 seconds, and never more than a quarter of the budget. A service's own <c>Retry-After</c> may be longer, as long as it fits
    /// in the budget.
    /// </summary>
    public TimeSpan MaximumDelay => Budget / 4 < LongestDelay ? Budget / 4 : LongestDelay;

    /// <summary>
    /// The budget's end also ends the attempt under way, unless that says that it gets on (<see cref="Attempt.Moved"/>). For operations that do say it; others may take long
    /// for good reasons.
    /// </summary>
    public bool BoundsAttempts { get; init; }

    /// <summary>The clock that the budget and the delays go by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Is told of each retry before the delay.</summary>
    public Action<RetryNotice>? Notify { get; init; }
}
