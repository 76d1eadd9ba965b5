namespace Acci.GitHub.StandIn;

/// <summary>Something that goes wrong, as often as is said, with the requests it is for.</summary>
public sealed record Fault
{
    private int _left = 1;

    /// <summary>What is answered instead; 0 ends the connection without an answer.</summary>
    public int Status { get; init; }

    public string Message { get; init; } = "";

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>How long the answer takes.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The request is done all the same, and only its answer is lost.</summary>
    public bool AfterIsDone { get; init; }

    /// <summary>How many requests it meets.</summary>
    public int Times
    {
        get => _left;
        init => _left = value;
    }

    /// <summary>Which requests it meets; by default all.</summary>
    public Func<RecordedRequest, bool> When { get; init; } = _ => true;

    /// <summary>The answer is right, and comes late.</summary>
    public bool IsOnlySlow => Status == 200;

    /// <summary>The token is wrong.</summary>
    public static Fault Unauthorized() => new() { Status = 401, Message = "Bad credentials", Times = int.MaxValue };

    /// <summary>The token of a workflow lacks a permission, as in <c>packages=write</c>.</summary>
    public static Fault Forbidden(string? permission = null) => new()
    {
        Status = 403,
        Message = "Resource not accessible by integration",
        Headers = permission is null ? new Dictionary<string, string>() : new() { ["X-Accepted-GitHub-Permissions"] = permission },
        Times = int.MaxValue,
    };

    /// <summary>A classic token lacks a scope.</summary>
    public static Fault MissingScope(string scope, string own) => new()
    {
        Status = 403,
        Message = $"You need at least {scope} scope to do this.",
        Headers = new Dictionary<string, string> { ["X-Accepted-OAuth-Scopes"] = scope, ["X-OAuth-Scopes"] = own },
        Times = int.MaxValue,
    };

    /// <summary>Too much at once.</summary>
    public static Fault SecondaryRateLimit(int retryAfter) => new()
    {
        Status = 403,
        Message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        Headers = new Dictionary<string, string> { ["Retry-After"] = $"{retryAfter}" },
    };

    /// <summary>The hour's requests are used up.</summary>
    public static Fault RateLimit(DateTimeOffset reset) => new()
    {
        Status = 403,
        Message = "API rate limit exceeded for installation.",
        Headers = new Dictionary<string, string>
        {
            ["X-RateLimit-Limit"] = "1000",
            ["X-RateLimit-Remaining"] = "0",
            ["X-RateLimit-Reset"] = $"{reset.ToUnixTimeSeconds()}",
        },
    };

    /// <summary>Too many requests.</summary>
    public static Fault TooManyRequests(int retryAfter) =>
        new() { Status = 429, Message = "Too many requests", Headers = new Dictionary<string, string> { ["Retry-After"] = $"{retryAfter}" } };

    /// <summary>GitHub is not well.</summary>
    public static Fault Broken(int status = 502, int times = 1) => new() { Status = status, Message = "Server Error", Times = times };

    /// <summary>The connection ends without an answer.</summary>
    public static Fault Drop() => new();

    /// <summary>The answer takes its time.</summary>
    public static Fault Slow(TimeSpan delay) => new() { Status = 200, Delay = delay };

    public override string ToString() => $"{Status} {Message}";

    internal bool Meets(RecordedRequest request) => _left > 0 && When(request) && _left-- > 0;
}
