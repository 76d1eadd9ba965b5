namespace Acci.Environments.Running;

/// <summary>Asks a service's health over the host's port, as those who use it do.</summary>
internal static class OutsideHealth
{
    // A port leads to a container a moment after the container is healthy.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private const string NoAnswer = "does not answer";
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
    /// <returns>Whether it answers.</returns>
    /// <exception cref="DeliveryException">It does not; the message says what it does.</exception>
    public static async Task<bool> EnsureAsync(string service, string address, string path, CancellationToken cancellationToken, TimeProvider? time = null, bool isCertain = true)
    {
        time ??= TimeProvider.System;
        // What is on this machine is asked without a proxy.
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Limit };
        var begun = time.GetTimestamp();
        while (await ProblemAsync(http, new Uri($"http://{address}{path}"), cancellationToken) is { } problem)
        {
            if (!isCertain && problem.StartsWith(NoAnswer, StringComparison.Ordinal)) return false;
            if (time.GetElapsedTime(begun) > Limit) throw new DeliveryException($"{service} says of itself that it is healthy, but http://{address}{path} {problem} from outside.");
            await Task.Delay(Pause, time, cancellationToken);
        }

        return true;
    }

    private static async Task<string?> ProblemAsync(HttpClient http, Uri health, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(health, cancellationToken);
            return answer.IsSuccessStatusCode ? null : $"answers {(int)answer.StatusCode}";
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return $"{NoAnswer} ({exception.Message.TrimEnd('.')})";
        }
    }
}
