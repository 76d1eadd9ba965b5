namespace Acci.GitHub.StandIn;

/// <summary>
/// What the token of a workflow's job may do, which is part of the token here; any other token may do everything.
/// Source: GitHub's documentation, "Permissions required for GitHub Apps", and "Workflow syntax", <c>permissions</c>.
/// </summary>
internal static class TokenPermissions
{
    private const string Prefix = "ghs_may.";
    private const string Write = "write";

    /// <summary>A token that may do this, by permission: <c>read</c> or <c>write</c>.</summary>
    public static string Of(IEnumerable<KeyValuePair<string, string>> permissions) => Prefix + string.Join('.', permissions.Select(x => $"{x.Key}-{x.Value}").Order(StringComparer.Ordinal));

    /// <summary>Whether the token of this request may do what it asks for.</summary>
    public static bool Allow(RecordedRequest request)
    {
        var token = request.Headers.GetValueOrDefault("authorization", "").Split(' ')[^1];
        if (!token.StartsWith(Prefix, StringComparison.Ordinal) || PermissionFor(request.Operation) is not { } permission) return true;
        var given = token[Prefix.Length..].Split('.');
        return given.Contains($"{permission}-{Write}") || (request.Method == "GET" && given.Contains($"{permission}-read"));
    }

    // Null for what every token may.
    private static string? PermissionFor(string operation) => operation switch
    {
        "repos/get" or "users/get-authenticated" => null,
        _ when operation.StartsWith("packages/", StringComparison.Ordinal) => "packages",
        _ when operation.StartsWith("code-scanning/", StringComparison.Ordinal) => "security-events",
        _ => "contents",
    };
}
