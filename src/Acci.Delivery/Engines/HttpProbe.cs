namespace Acci.Delivery.Engines;

/// <summary>
/// Asks a server of this machine whether it is well. 2xx says that it is. A redirect to the same server is followed; one to another is the answer: what stands there says
/// nothing of the one that was asked. Nothing but the head of an answer is read, so that its body may have any size.
/// </summary>
public sealed class HttpProbe : IDisposable
{
    private const int MostRedirects = 5;

    private readonly TimeSpan _limit;
    private readonly HttpClient _http;

    /// <summary>A probe.</summary>
    /// <param name="limit">How long an answer is waited for, with the redirects that lead to it.</param>
    /// <param name="connect">How long a connection is waited for; as long as the answer when nothing is said.</param>
    public HttpProbe(TimeSpan limit, TimeSpan? connect = null)
    {
        _limit = limit;
        // What is on this machine is asked without a proxy.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = connect ?? limit }) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Asks once.</summary>
    /// <exception cref="OperationCanceledException">The caller wants no answer any more.</exception>
    public async Task<HttpProbeAnswer> AskAsync(Uri address, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        enough.CancelAfter(_limit);
        try
        {
            var next = address;
            for (var followed = 0; ; followed++)
            {
                using var answer = await _http.GetAsync(next, HttpCompletionOption.ResponseHeadersRead, enough.Token);
                var status = (int)answer.StatusCode;
                if (answer.Headers.Location is not { } location || status is < 300 or > 399) return new HttpProbeAnswer(answer.IsSuccessStatusCode, $"{status}");
                if (followed == MostRedirects || !Uri.TryCreate(next, location, out var target) || ServerOf(target) != ServerOf(address))
                    return new HttpProbeAnswer(false, $"{status}, a redirect to {location}");
                next = target;
            }
        }
        catch (HttpRequestException exception)
        {
            return new HttpProbeAnswer(null, exception.Message.TrimEnd('.'));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new HttpProbeAnswer(null, $"no answer within {_limit.TotalSeconds:0.#} s");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static string ServerOf(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
