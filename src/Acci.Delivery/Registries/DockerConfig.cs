using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Acci.Delivery.Processes;
using Acci.Oci.Registries;

namespace Acci.Delivery.Registries;

/// <summary>
/// What <c>docker login</c> left behind: <c>$DOCKER_CONFIG/config.json</c>, else <c>~/.docker/config.json</c>, and the credential helpers it names.
/// Source: docker's command line reference, "docker login", sections "Credential stores" and "Credential helpers".
/// </summary>
public sealed class DockerConfig(string? folder = null) : ICredentialSource
{
    /// <summary>The file's name.</summary>
    internal const string FileName = "config.json";

    /// <summary>How large the file may be, bytes.</summary>
    internal const int MaximumSize = 4 * 1024 * 1024;

    private const string DockerHub = "docker.io";
    private const string DockerHubKey = "https://index.docker.io/v1/";
    private const string RefreshTokenUser = "<token>";

    private readonly string _file = Path.Combine(folder ?? FolderOf(ProcessEnvironment.Read()), FileName);

    /// <summary>The folder of the user's own configuration.</summary>
    internal static string FolderOf(ProcessEnvironment environment) => environment.Find("DOCKER_CONFIG") ?? Path.Combine(environment.Home, ".docker");

    /// <summary>What a registry's entry is called: its domain, but for Docker Hub's, which has an address of old.</summary>
    internal static string KeyOf(string domain) => domain == DockerHub ? DockerHubKey : domain;

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">The file cannot be read, or a credential helper cannot be run.</exception>
    public async ValueTask<Credentials?> FindAsync(string domain, CancellationToken cancellationToken = default)
    {
        if (Read() is not { } config) return null;
        var key = KeyOf(domain);
        var helper = config.CredHelpers?.GetValueOrDefault(key) ?? config.CredHelpers?.GetValueOrDefault(domain) ?? config.CredsStore;
        if (helper is { Length: > 0 } && await AskHelperAsync(helper, key, cancellationToken) is { } fromHelper) return fromHelper;

        // Keys are domains nowadays; older ones are addresses.
        var entry = config.Auths?.FirstOrDefault(x => x.Key == key || Domain(x.Key) == domain).Value;
        return entry is null ? null : FromEntry(entry);
    }

    private ConfigFile? Read()
    {
        if (!File.Exists(_file)) return null;
        try
        {
            return JsonSerializer.Deserialize(InputFile.Read(_file, MaximumSize), DockerConfigJson.Default.ConfigFile);
        }
        catch (JsonException exception)
        {
            // Not the reader's own message: it may quote the file.
            throw new DeliveryException($"{_file}: line {exception.LineNumber + 1} is not valid JSON. Repair the file, or log in again with `docker login`.");
        }
    }

    private Credentials? FromEntry(Entry entry)
    {
        var (user, password) = (entry.Username, entry.Password);
        if (entry.Auth is { Length: > 0 } auth)
        {
            var bytes = new byte[auth.Length];
            if (!Convert.TryFromBase64String(auth, bytes, out var length))
                throw new DeliveryException($"{_file}: an 'auth' entry is not base64. Log in again with `docker login`.");
            var parts = Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\0').Split(':', 2);
            (user, password) = (parts[0], parts.ElementAtOrDefault(1));
        }

        return entry.IdentityToken is { Length: > 0 } token ? new Credentials(user ?? RefreshTokenUser, token, _file) { IsRefreshToken = true }
            : user is { Length: > 0 } && password is { Length: > 0 } ? new Credentials(user, password, _file)
            : null;
    }

    /// <summary>Asks a helper, by its protocol: the key on its standard input, JSON on its standard output. Source: docker/docker-credential-helpers, README.</summary>
    private async Task<Credentials?> AskHelperAsync(string helper, string key, CancellationToken cancellationToken)
    {
        var program = $"docker-credential-{helper}";
        var result = await CommandRunner.TryRunAsync(new Command(program, "get") { StandardInput = key }, cancellationToken: cancellationToken);
        // A helper that has nothing for this registry says so and fails; one that is broken must not stop what may need no credentials.
        if (!result.Succeeded) return null;
        try
        {
            return JsonSerializer.Deserialize(result.StandardOutput, DockerConfigJson.Default.HelperAnswer) is { Username: { } user, Secret: { Length: > 0 } secret }
                ? new Credentials(user, secret, program) { IsRefreshToken = user == RefreshTokenUser }
                : null;
        }
        catch (JsonException)
        {
            throw new DeliveryException(
                $"{program} answered 'get' for '{key}' with something that is not JSON. Repair or replace this credential helper, or take it out of {_file}.");
        }
    }

    private static string Domain(string key) =>
        Uri.TryCreate(key, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address.Authority : key;

    /// <summary>The part of <c>config.json</c> that concerns credentials.</summary>
    internal sealed record ConfigFile(IReadOnlyDictionary<string, Entry>? Auths, IReadOnlyDictionary<string, string>? CredHelpers, string? CredsStore);

    /// <summary>What was stored for one registry.</summary>
    internal sealed record Entry(
        string? Auth,
        string? Username,
        string? Password,
        [property: JsonPropertyName("identitytoken")] string? IdentityToken);

    /// <summary>A credential helper's answer.</summary>
    internal sealed record HelperAnswer(
        [property: JsonPropertyName("Username")] string? Username,
        [property: JsonPropertyName("Secret")] string? Secret);
}
