namespace Acci.Delivery.GitHub;

/// <summary>Failures that say more than why: what has been done by then.</summary>
internal static class Outcome
{
    /// <summary>The same failure with another message: a refusal stays one.</summary>
    public static DeliveryException With(this DeliveryException failure, string message) =>
        failure is GitHubException refusal
            ? new GitHubException(message, refusal.StatusCode, refusal) { IsUndecided = refusal.IsUndecided }
            : new DeliveryException(message, failure) { IsUndecided = failure.IsUndecided };
}
