using System.Text.Json.Nodes;

namespace Acci.Delivery.Registries;

/// <summary>
/// A docker configuration with one login, for a program that takes credentials from nowhere else. It lies in a folder of its owner's alone,
/// outside the repository, and is gone when this is disposed.
/// </summary>
internal sealed class TemporaryLogin : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("acci-login-");

    /// <summary>Writes the configuration.</summary>
    /// <param name="domain">The registry.</param>
    /// <param name="credentials">The user and the secret.</param>
    public TemporaryLogin(string domain, Credentials credentials) => File.WriteAllText(
        System.IO.Path.Combine(_folder.FullName, "config.json"),
        new JsonObject { ["auths"] = new JsonObject { [domain] = new JsonObject { ["auth"] = credentials.ToHeader().Parameter } } }.ToJsonString());

    /// <summary>The folder, the value of <c>DOCKER_CONFIG</c>.</summary>
    public string Folder => _folder.FullName;

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}
