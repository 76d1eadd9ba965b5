using System.Text;
using System.Text.Json;

namespace Acci.Delivery.Processes;

/// <summary>The text of docker's <c>config.json</c> that a variable has, as far as it is secret.</summary>
internal static class DockerLogins
{
    /// <summary>The variable.</summary>
    public const string Variable = "DOCKER_AUTH_CONFIG";

    private const string Auth = "auth";
    private const string Headers = "HttpHeaders";

    private static readonly string[] Secrets = ["password", "identitytoken", "registrytoken"];

    // What docker does not read is no less secret.
    private static readonly JsonDocumentOptions Leniently = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>
    /// What is secret in it beside the whole: of every registry passwords, tokens, and logins as they are written; headers; and passwords of proxies.
    /// </summary>
    public static IEnumerable<string> SecretsIn(string text)
    {
        try
        {
            var config = JsonElement.Parse(text.Trim('\uFEFF', ' ', '\t', '\r', '\n'), Leniently);
            return [.. SecretsIn(config, "", isHeader: false).Where(x => x.Length > 0)];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second of these is about a text that cannot be one.
            return [];
        }
    }

    /// <summary>The user and password of a login as it is written, <c>user:password</c> in base64; null if it is not base64.</summary>
    public static (string? User, string? Password)? Login(string auth)
    {
        var bytes = new byte[auth.Length];
        if (!Convert.TryFromBase64String(auth, bytes, out var length)) return null;
        var parts = Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\0').Split(':', 2);
        return (parts[0], parts.ElementAtOrDefault(1));
    }

    private static IEnumerable<string> SecretsIn(JsonElement element, string name, bool isHeader) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(x => SecretsIn(x.Value, x.Name, isHeader || Is(name, Headers))),
        JsonValueKind.String when Is(name, Auth) => InAuth(element.GetString()!),
        JsonValueKind.String when isHeader => InHeader(element.GetString()!),
        JsonValueKind.String when Secrets.Contains(name, StringComparer.OrdinalIgnoreCase) => [element.GetString()!],
        JsonValueKind.String => InAddress(element.GetString()!),
        _ => [],
    };

    private static IEnumerable<string> InAuth(string auth) => (Login(auth) ?? Login(WithStandardAlphabet(auth))) switch
    {
        // Beside an identity token there is only a user.
        (_, "") => [],
        ({ } user, { } password) => [auth, $"{user}:{password}", password],
        _ => [auth],
    };

    // With the scheme, as in "Bearer TOKEN", and without.
    private static IEnumerable<string> InHeader(string value) => value.Split(' ', 2) is ["Bearer" or "Basic" or "Token", var token] ? [value, token] : [value];

    private static IEnumerable<string> InAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.UserInfo.Split(':', 2) is [_, var password]
            ? [password, Uri.UnescapeDataString(password)]
            : [];

    private static string WithStandardAlphabet(string base64) =>
        base64.Replace('-', '+').Replace('_', '/').PadRight((base64.Length + 3) / 4 * 4, '=');

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
