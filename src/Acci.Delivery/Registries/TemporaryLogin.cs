using System.Text.Json;
using System.Text.Json.Nodes;
using Acci.Delivery.Caching;
using Acci.Delivery.Sessions;
using Acci.Generation;
using Acci.Oci.Registries;

namespace Acci.Delivery.Registries;

/// <summary>
/// A docker configuration with one login, for a program that takes credentials from nowhere else. It lies in a folder of its owner's alone,
/// outside the repository, and is gone when this is disposed.
/// </summary>
public sealed class TemporaryLogin : IDisposable
{
    private const string Contexts = "contexts";
    private const string Helpers = "credHelpers";
    private const string PluginFolders = "cliPluginsExtraDirs";

    private static readonly JsonDocumentOptions Once = new() { AllowDuplicateProperties = false };

    private readonly IDisposable _noted;
    private readonly string? _basis;

    /// <summary>Writes the configuration.</summary>
    /// <param name="domain">The registry.</param>
    /// <param name="credentials">The user and the secret.</param>
    /// <param name="basis">Folder of the configuration that the login is added to, with its other logins, contexts and plugins; null for the login alone.</param>
    /// <exception cref="DeliveryException">That configuration cannot be read.</exception>
    public TemporaryLogin(string domain, Credentials credentials, string? basis = null)
    {
        var configuration = basis is null ? [] : Read(basis);
        var key = DockerConfig.KeyOf(domain);
        var (name, value) = credentials.ToDockerEntry();
        Child(configuration, "auths")[key] = new JsonObject { [name] = value };
        CacheDirectory.Default.EnsureOwn("logins");
        _noted = Session.Current.Note(Folder);
        CacheDirectory.CreatePrivate(Folder);
        _basis = basis;
        if (basis is not null)
        {
            // An empty name: for this registry no helper is asked, which would not know of the login.
            Child(configuration, Helpers)[key] = "";
            if (configuration[PluginFolders] is not JsonArray folders) configuration[PluginFolders] = folders = [];
            folders.Add(Path.Combine(basis, "cli-plugins"));
            CopyContexts();
        }

        AtomicFile.Write(Path.Combine(Folder, DockerConfig.FileName), configuration.ToJsonString(), AtomicFile.OwnerOnly);
    }

    /// <summary>The folder, the value of <c>DOCKER_CONFIG</c>.</summary>
    public string Folder { get; } = CacheDirectory.Default.Combine("logins", $"{Guid.NewGuid():N}");

    /// <inheritdoc/>
    public void Dispose() => _noted.Dispose();

    /// <summary>The configuration in a folder; empty where there is none.</summary>
    /// <exception cref="DeliveryException">It cannot be read.</exception>
    internal static JsonObject Read(string folder)
    {
        var file = Path.Combine(folder, DockerConfig.FileName);
        if (!InputFile.Exists(file)) return [];
        try
        {
            var configuration = JsonNode.Parse(DockerConfig.ReadFile(file).Span, documentOptions: Once) as JsonObject ?? [];
            // What is no text, such as half of a surrogate pair, is found only when it is asked for.
            foreach (var (_, value) in configuration) _ = (value as JsonObject)?.Count;
            _ = configuration.ToJsonString();
            return configuration;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            throw new DeliveryException($"{file} contains a duplicate name or an invalid string. Repair the file, or log in again with `docker login`.");
        }
        catch (JsonException exception)
        {
            // Not the reader's own message: it may quote the file.
            throw new DeliveryException($"{file}: line {exception.LineNumber + 1} is not valid JSON. Repair the file, or log in again with `docker login`.");
        }
    }

    private static JsonObject Child(JsonObject parent, string name)
    {
        // Docker does not tell the case of these names apart.
        name = parent.Select(x => x.Key).FirstOrDefault(x => x.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? name;
        if (parent[name] is JsonObject child) return child;
        child = [];
        parent[name] = child;
        return child;
    }

    /// <summary>Copies the contexts of the configuration that the login is added to, as they are now: one of them may be what leads to the engine.</summary>
    internal void CopyContexts()
    {
        if (_basis is null || Path.Combine(_basis, Contexts) is var contexts && !Directory.Exists(contexts)) return;
        foreach (var file in Directory.EnumerateFiles(contexts, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Folder, Contexts, Path.GetRelativePath(contexts, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }
    }
}
