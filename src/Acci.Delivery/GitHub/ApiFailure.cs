using System.Globalization;
using System.Net;
using Acci.Oci.Retries;
using Octokit;

namespace Acci.Delivery.GitHub;

/// <summary>
/// What an answer of GitHub's that is no success stands for. Source: GitHub's REST API documentation, "Rate limits for the REST API", "Permissions required for
/// fine-grained personal access tokens", "Troubleshooting the REST API".
/// </summary>
internal static class ApiFailure
{
    private const string Remaining = "X-RateLimit-Remaining";

    // What GitHub asks for when it limits and does not say for how long.
    private static readonly TimeSpan SecondaryLimitPause = TimeSpan.FromMinutes(1);

    /// <summary>The failure as one that may be gone the next time, or null when it will not.</summary>
    public static TransientException? TryTransient(ApiException exception, DateTimeOffset now) => exception switch
    {
        RateLimitExceededException primary => new TransientException(
            $"the rate limit of {primary.Limit} requests is used up until {primary.Reset:HH:mm:ss} UTC", RetryAfter(exception, now) ?? SecondaryLimitPause, exception),
        // What the answer says changes; what its headers say is told by the documentation.
        SecondaryRateLimitExceededException or AbuseException => Limited("a secondary rate limit", exception, now),
        { StatusCode: HttpStatusCode.Forbidden } when Header(exception, "Retry-After") is not null || Header(exception, Remaining) == "0" => Limited("a rate limit", exception, now),
        { StatusCode: HttpStatusCode.TooManyRequests } => Limited("a rate limit", exception, now),
        _ when TransientException.IsTransient(exception.StatusCode) => new TransientException(Answer(exception), RetryAfter(exception, now), exception),
        _ => null,
    };

    private static TransientException Limited(string what, ApiException exception, DateTimeOffset now) => new($"{what} ({Answer(exception)})", RetryAfter(exception, now) ?? SecondaryLimitPause, exception);

    /// <summary>The failure as an error for people.</summary>
    public static GitHubException Refusal(ApiException exception, GitHubServer server, string operation, string permission) =>
        new($"{server} was asked to {operation} and answered {Answer(exception)}.{Advice(exception, permission)}", exception.StatusCode, exception);

    private static string Advice(ApiException exception, string permission) => exception.StatusCode switch
    {
        HttpStatusCode.Unauthorized => " The token is wrong, or has expired: give a valid one as GITHUB_TOKEN.",
        HttpStatusCode.Forbidden => $" {Lacking(exception, permission)}",
        // What a token may not see does not exist for it.
        HttpStatusCode.NotFound => $" Either it does not exist, or the token may not see it. {Lacking(exception, permission)}",
        _ => "",
    };

    private static string Lacking(ApiException exception, string permission)
    {
        // GitHub writes 'contents=write' for a fine-grained token, with several ways to be allowed separated by ';'.
        if (Header(exception, "X-Accepted-GitHub-Permissions") is { Length: > 0 } accepted)
            return $"It takes a token with the permission {string.Join(" or ", accepted.Split(';', StringSplitOptions.TrimEntries).Select(x => $"`{x.Replace("=", ": ", StringComparison.Ordinal)}`"))}.";
        if (Header(exception, "X-Accepted-OAuth-Scopes") is { Length: > 0 } scopes)
            return $"It takes a token with the scope {scopes.Replace(", ", " or ", StringComparison.Ordinal)}; this one has {(Header(exception, "X-OAuth-Scopes") is { Length: > 0 } own ? own : "none")}.";
        return $"It takes a token with the permission `{permission}` (in a workflow, under `permissions:`).";
    }

    private static string Answer(ApiException exception)
    {
        var errors = exception.ApiError?.Errors is { Count: > 0 } details
            ? $" ({string.Join("; ", details.Select(x => string.IsNullOrEmpty(x.Message) ? $"{x.Resource}.{x.Field} {x.Code}" : x.Message))})"
            : "";
        return $"{(int)exception.StatusCode} {exception.Message.TrimEnd('.')}{errors}";
    }

    private static TimeSpan? RetryAfter(ApiException exception, DateTimeOffset now)
    {
        if (int.TryParse(Header(exception, "Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return TimeSpan.FromSeconds(seconds);
        return Header(exception, Remaining) == "0"
            && long.TryParse(Header(exception, "X-RateLimit-Reset"), NumberStyles.None, CultureInfo.InvariantCulture, out var reset)
                ? Until(DateTimeOffset.FromUnixTimeSeconds(reset), now)
                : null;
    }

    // A second more, because the limit is told in whole ones.
    private static TimeSpan Until(DateTimeOffset reset, DateTimeOffset now) => reset > now ? reset - now + TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(1);

    private static string? Header(ApiException exception, string name) =>
        exception.HttpResponse?.Headers.FirstOrDefault(x => x.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
