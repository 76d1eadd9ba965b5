using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Acci.Delivery.Processes;
using Acci.Oci.Registries;
using Serilog;

namespace Acci.Delivery.Registries;

/// <summary>
/// What <c>docker login</c> left behind, read as docker does: the variable <c>DOCKER_AUTH_CONFIG</c>, then the credential helpers that
/// <c>$DOCKER_CONFIG/config.json</c>, else <c>~/.docker/config.json</c>, names, then that file. Source: docker/cli, cli/config/configfile/file.go
/// (<c>GetCredentialsStore</c>, <c>decodeAuth</c>), cli/config/credentials (<c>nativeStore.Get</c>, <c>fileStore.Get</c>,
/// <c>ConvertToHostname</c>) and cli/command/registry.go (<c>ResolveAuthConfig</c>).
/// </summary>
/// <param name="environment">The variables, and the user's folder.</param>
public sealed class DockerConfig(ProcessEnvironment environment) : ICredentialSource
{
    /// <summary>The file's name.</summary>
    internal const string FileName = "config.json";

    private const int MaximumSize = 4 * 1024 * 1024;
    private const string Variable = DockerLogins.Variable;
    private const string VariableOrigin = $"the environment variable {Variable}";
    private const string DockerHub = "docker.io";
    private const string DockerHubKey = "https://index.docker.io/v1/";
    private const string TokenUser = "<token>";

    // What helpers say that have nothing for a registry. Source: docker/docker-credential-helpers, credentials/error.go.
    private const string NotFound = "credentials not found in native keychain";

    private static readonly string[] DockerHubHosts = [DockerHub, "index.docker.io", "registry-1.docker.io"];
    private static readonly ConcurrentDictionary<string, bool> Warned = new(StringComparer.Ordinal);

    /// <summary>The variable alone is read: it is withheld from other programs, which find the rest by themselves.</summary>
    internal bool IsVariableAlone { get; init; }

    /// <summary>How long a helper has for its answer, which may be a person's.</summary>
    internal TimeSpan HelperTime { get; init; } = TimeSpan.FromMinutes(2);

    private string Location => Path.Combine(FolderOf(environment), FileName);

    /// <summary>Is told which login is not used, and why. Default: the log, once.</summary>
    internal Action<string> Warn { get; init; } = text =>
    {
        if (Warned.TryAdd(text, true)) Log.Warning("{Text:l}", text);
    };

    /// <summary>The folder of the user's own configuration.</summary>
    internal static string FolderOf(ProcessEnvironment environment) => environment.Find("DOCKER_CONFIG") ?? Path.Combine(environment.Home, ".docker");

    /// <summary>The context that was made the current one; null for docker's default.</summary>
    /// <exception cref="DeliveryException">The file cannot be read.</exception>
    internal string? CurrentContext => Read()?.CurrentContext is { Length: > 0 } named && named != "default" ? named : null;

    /// <summary>Makes sure that the file can be read, where it is there: docker and cosign read it, too, and do not name it where they cannot.</summary>
    /// <exception cref="DeliveryException">It cannot.</exception>
    internal void EnsureReadable() => Read();

    /// <summary>What a registry's entry is called: its domain, but for Docker Hub's, which has an address of old.</summary>
    internal static string KeyOf(string domain) => domain == DockerHub ? DockerHubKey : domain;

    /// <summary>A configuration's JSON. A file that is empty has none of it, as for docker.</summary>
    /// <exception cref="DeliveryException">The file cannot be read.</exception>
    internal static ReadOnlyMemory<byte> ReadFile(string file)
    {
        var content = Encoding.UTF8.GetBytes(InputFile.ReadText(file, MaximumSize).Trim());
        return content.Length > 0 ? content : "{}"u8.ToArray();
    }

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">The file cannot be read.</exception>
    public async ValueTask<Credentials?> FindAsync(string domain, CancellationToken cancellationToken = default)
    {
        if (FromVariable(domain) is { } given) return given;
        if (IsVariableAlone || Read() is not { } config) return null;
        var key = KeyOf(domain);
        var helper = config.CredHelpers?.GetValueOrDefault(key) ?? config.CredHelpers?.GetValueOrDefault(domain) ?? config.CredsStore;
        if (helper is { Length: > 0 } && await AskHelperAsync(helper, key, cancellationToken) is { } fromHelper) return fromHelper;
        return FromEntries(config.Auths, domain, Location);
    }

    private ConfigFile? Read()
    {
        if (!InputFile.Exists(Location)) return null;
        try
        {
            return JsonSerializer.Deserialize(ReadFile(Location).Span, DockerConfigJson.Default.ConfigFile);
        }
        catch (JsonException exception)
        {
            // Not the reader's own message: it may quote the file.
            throw new DeliveryException(
                $"{Location}: line {exception.LineNumber + 1} is not valid JSON. Repair the file, or log in again with `docker login`.");
        }
    }

    private Credentials? FromVariable(string domain)
    {
        if (environment.Find(Variable) is not { } text) return null;
        try
        {
            var config = JsonSerializer.Deserialize(text, DockerConfigJson.Default.ConfigFile);
            return FromEntries(config?.Auths, domain, VariableOrigin);
        }
        catch (JsonException)
        {
            Warn($"The environment variable {Variable} is not valid JSON and is not used. Give it the form of docker's config.json, or remove it.");
            return null;
        }
    }

    // The key itself goes before what means the same: addresses of old, and namespaces of a registry.
    private static Credentials? FromEntries(IReadOnlyDictionary<string, Entry>? entries, string domain, string origin)
    {
        if (entries is null) return null;
        string[] hosts = domain == DockerHub ? DockerHubHosts : [domain];
        var entry = entries.GetValueOrDefault(KeyOf(domain))
            ?? entries.FirstOrDefault(x => hosts.Contains(HostOf(x.Key), StringComparer.OrdinalIgnoreCase)).Value;
        return entry is null ? null : FromEntry(entry, origin);
    }

    private static Credentials? FromEntry(Entry entry, string origin)
    {
        var (user, password) = (entry.Username, entry.Password);
        if (entry.Auth is { Length: > 0 } auth)
        {
            (user, password) = DockerLogins.Login(auth) ?? throw new DeliveryException($"{origin}: an 'auth' entry is not base64. "
                + (origin == VariableOrigin ? "It has to be USER:PASSWORD in base64: correct the variable, or remove it." : "Log in again with `docker login`."));
        }

        var name = user is { Length: > 0 } ? user : TokenUser;
        return entry.RegistryToken is { Length: > 0 } bearer ? new Credentials(name, bearer, origin) { Kind = CredentialKind.BearerToken }
            : entry.IdentityToken is { Length: > 0 } refresh ? new Credentials(name, refresh, origin) { Kind = CredentialKind.RefreshToken }
            : user is { Length: > 0 } && password is { Length: > 0 } ? new Credentials(user, password, origin)
            : null;
    }

    /// <summary>
    /// Asks a helper, by its protocol: the key on its standard input, JSON on its standard output. One that is not there or broken has nothing, as
    /// for docker: what follows may need no credentials. Source: docker/docker-credential-helpers, README.
    /// </summary>
    private async Task<Credentials?> AskHelperAsync(string helper, string key, CancellationToken cancellationToken)
    {
        var program = $"docker-credential-{helper}";
        try
        {
            var result = await CommandRunner.TryRunAsync(new Command(program, "get") { StandardInput = key, AnswerTime = HelperTime }, cancellationToken: cancellationToken);
            if (result.Succeeded)
            {
                var answer = JsonSerializer.Deserialize(result.StandardOutput, DockerConfigJson.Default.HelperAnswer);
                return answer is { Username: { } user, Secret: { Length: > 0 } secret }
                    ? new Credentials(user, secret, program) { Kind = user == TokenUser ? CredentialKind.RefreshToken : CredentialKind.Password }
                    : null;
            }

            if (!result.StandardOutput.Contains(NotFound, StringComparison.Ordinal)) Tell($"ended with exit code {result.ExitCode}");
        }
        catch (CommandFailedException)
        {
            Tell("could not be started");
        }
        catch (NoAnswerException)
        {
            Tell($"did not answer within {HelperTime.TotalSeconds:0.#} s");
        }
        catch (JsonException)
        {
            Tell("answered with something that is not JSON");
        }

        return null;

        void Tell(string problem) => Warn(
            $"{program} {problem}, so the login for '{key}' that it may have is not used. Install or repair it, or take it out of {Location}.");
    }

    /// <summary>The host, and the port as it is written, of a key: docker's <c>ConvertToHostname</c>.</summary>
    private static string HostOf(string key)
    {
        var host = key.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme && !key[..scheme].Contains('/', StringComparison.Ordinal)
            ? scheme + "://".Length : 0;
        return key[host..].Split('/')[0];
    }

    /// <summary>The part of <c>config.json</c> that concerns credentials.</summary>
    internal sealed record ConfigFile(IReadOnlyDictionary<string, Entry>? Auths, IReadOnlyDictionary<string, string>? CredHelpers, string? CredsStore, string? CurrentContext = null);

    /// <summary>What was stored for one registry.</summary>
    internal sealed record Entry(
        string? Auth,
        string? Username,
        string? Password,
        string? IdentityToken,
        string? RegistryToken);

    /// <summary>A credential helper's answer.</summary>
    internal sealed record HelperAnswer(string? Username, string? Secret);
}
