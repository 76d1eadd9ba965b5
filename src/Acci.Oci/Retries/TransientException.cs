using System.Net;

namespace Acci.Oci.Retries;

/// <summary>A failure that may be gone the next time: what a <see cref="RetryPolicy"/> retries.</summary>
public class TransientException(string message, TimeSpan? retryAfter = null, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>How long the service asked to wait.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>The service did not do what was asked for: it said so, or was never sent it.</summary>
    internal bool IsRefusal { get; init; }

    /// <summary>The service answered, if only that it does not work now.</summary>
    internal bool IsAnswer { get; private init; }

    /// <summary>Whether an answer with this status may be another one the next time: 408, 429 and 5xx, but for those 5xx that state a fact (501, 505).</summary>
    public static bool IsTransient(HttpStatusCode status) => status switch
    {
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => true,
        HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported => false,
        _ => (int)status is >= 500 and < 600,
    };

    /// <summary>The failure that a response with a transient status stands for. Source of <c>Retry-After</c>: RFC 9110, section 10.2.3.</summary>
    /// <param name="response">The response; only its status and headers are read.</param>
    /// <param name="detail">What the response's body says, if anything.</param>
    /// <param name="time">The clock that a point in time is counted from.</param>
    public static TransientException From(HttpResponseMessage response, string? detail = null, TimeProvider? time = null) =>
        From(response, detail, time, response.StatusCode == HttpStatusCode.TooManyRequests);

    /// <inheritdoc cref="From(HttpResponseMessage, string?, TimeProvider?)"/>
    internal static TransientException From(HttpResponseMessage response, string? detail, TimeProvider? time, bool isRefusal)
    {
        var now = (time ?? TimeProvider.System).GetUtcNow();
        var status = ShownText.StatusOf(response);
        var retryAfter = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } when date > now => date - now,
            _ => (TimeSpan?)null,
        };
        return new TransientException(string.IsNullOrEmpty(detail) ? status : $"{status}: {detail}", retryAfter) { IsRefusal = isRefusal, IsAnswer = true };
    }
}
