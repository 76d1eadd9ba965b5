using System.Text;
using System.Text.Json;

namespace Acci.Delivery.Processes;

/// <summary>The text of docker's <c>config.json</c> that a variable has, as far as it is secret.</summary>
internal static class DockerLogins
{
    /// <summary>The variable.</summary>
    public const string Variable = "DOCKER_AUTH_CONFIG";

    private static readonly string[] Secrets = ["auth", "password", "identitytoken", "registrytoken"];

    /// <summary>What is secret in it beside the whole, for every registry: passwords, tokens, and logins as they are written.</summary>
    public static IEnumerable<string> SecretsIn(string text)
    {
        try
        {
            return [.. ValuesIn(JsonElement.Parse(text)).SelectMany(x => Login(x) switch
            {
                // Beside an identity token there is only a user.
                (_, "") => [],
                ({ } user, { } password) => [x, $"{user}:{password}", password],
                _ => new[] { x },
            })];
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

    private static IEnumerable<string> ValuesIn(JsonElement element) => element.ValueKind != JsonValueKind.Object ? [] : element.EnumerateObject().SelectMany(x =>
        x.Value.ValueKind == JsonValueKind.String && Secrets.Contains(x.Name, StringComparer.OrdinalIgnoreCase) ? [x.Value.GetString()!] : ValuesIn(x.Value));
}
