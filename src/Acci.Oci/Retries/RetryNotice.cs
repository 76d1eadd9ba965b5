using System.Globalization;

namespace Acci.Oci.Retries;

/// <summary>One attempt failed, and another follows. As text it is one line.</summary>
/// <param name="Operation">What is retried.</param>
/// <param name="Reason">Why the last attempt failed.</param>
/// <param name="FailedAttempts">How many attempts failed so far.</param>
/// <param name="Delay">How long it is until the next one.</param>
/// <param name="BudgetLeft">What remains of the budget when the next attempt starts.</param>
public sealed record RetryNotice(string Operation, string Reason, int FailedAttempts, TimeSpan Delay, TimeSpan BudgetLeft)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Operation}: {Reason}; attempt {FailedAttempts + 1} in {Delay.TotalSeconds:0.0} s, giving up in {BudgetLeft.TotalSeconds:0} s.");
}
