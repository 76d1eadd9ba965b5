using Acci.Delivery.Engines;

namespace Acci.Environments.Running;

/// <summary>Asks a service's health over the host's port, as those who use it do.</summary>
internal static class OutsideHealth
{
    // A port leads to a container a moment after the container is healthy.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    // A service that is slow is not one that is away.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Makes sure that it answers with success.</summary>
    /// <param name="service">The service.</param>
    /// <param name="address">Host and port.</param>
    /// <param name="path">The path that tells its health.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="time">The clock that it is waited by.</param>
    /// <param name="isCertain">
    /// Whether the address is known to lead there. Where it is not, silence is no failure of a service that says of itself that it is healthy.
    /// </param>
    /// <param name="limit">How long it may answer otherwise, or not be reached; 5 seconds where nothing is said.</param>
    /// <returns>Whether it answers.</returns>
    /// <exception cref="DeliveryException">It does not; the message says what it does.</exception>
    public static async Task<bool> EnsureAsync(string service, string address, string path, CancellationToken cancellationToken, TimeProvider? time = null, bool isCertain = true, TimeSpan? limit = null)
    {
        time ??= TimeProvider.System;
        var longest = limit ?? Limit;
        using var probe = new HttpProbe(isCertain ? Patience : longest);
        for (var begun = time.GetTimestamp(); ; await Task.Delay(Pause, time, cancellationToken))
        {
            var answer = await probe.AskAsync(new Uri($"http://{address}{path}"), cancellationToken);
            if (answer.IsGood is true) return true;
            if (answer.IsGood is null && !isCertain) return false;
            if (time.GetElapsedTime(begun) <= longest) continue;
            throw new DeliveryException(
                $"{service} says of itself that it is healthy, but http://{address}{path} {(answer.IsGood is null ? $"does not answer ({answer.Text})" : $"answers {answer.Text}")} from outside.");
        }
    }
}
