using System.Text.Json;
using System.Text.Json.Nodes;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Delivery.Sessions;

namespace Acci.Delivery.Engines;

/// <summary>
/// The user's docker configuration without logins, so that a command that needs none asks no credential helper: one that is missing ends it before the engine hears of it. It
/// leads to the same engine. Disposing deletes it.
/// </summary>
internal sealed class LoginlessConfiguration : IDisposable
{
    private const string Contexts = "contexts";

    private static readonly string[] Logins = ["auths", "credsStore", "credHelpers"];

    private readonly string _folder;
    private readonly string _certificates;
    private readonly IDisposable _deletion;

    private LoginlessConfiguration(string folder, string certificates, IDisposable deletion) => (_folder, _certificates, _deletion) = (folder, certificates, deletion);

    /// <summary>Writes it; null where that cannot be, and where the configuration is not docker's.</summary>
    /// <param name="environment">The environment, which says where the configuration is.</param>
    public static LoginlessConfiguration? TryWrite(ProcessEnvironment environment)
    {
        // Links take rights there.
        if (OperatingSystem.IsWindows()) return null;
        IDisposable? deletion = null;
        try
        {
            var basis = DockerConfig.FolderOf(environment);
            var file = Path.Combine(basis, DockerConfig.FileName);
            var configuration = InputFile.Exists(file) ? JsonNode.Parse(DockerConfig.ReadFile(file).Span) as JsonObject ?? [] : [];
            // Docker does not tell the case of these names apart.
            foreach (var name in configuration.Select(x => x.Key).Where(x => Logins.Contains(x, StringComparer.OrdinalIgnoreCase)).ToArray()) configuration.Remove(name);
            (var folder, deletion) = Session.Current.TemporaryFolderOfLook();
            if (Directory.Exists(Path.Combine(basis, Contexts))) File.CreateSymbolicLink(Path.Combine(folder, Contexts), Path.Combine(Path.GetFullPath(basis), Contexts));
            // The folder is this build's alone, and a look begins no journal of drafts.
            File.WriteAllText(Path.Combine(folder, DockerConfig.FileName), configuration.ToJsonString());
            // docker looks for certificates below its configuration, where nothing names them.
            return new LoginlessConfiguration(folder, environment.Find("DOCKER_CERT_PATH") ?? basis, deletion);
        }
        catch (Exception exception) when (exception is DeliveryException or JsonException or ArgumentException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            deletion?.Dispose();
            return null;
        }
    }

    /// <summary>A docker command that reads it.</summary>
    public Command For(Command command) => command with
    {
        Environment = new Dictionary<string, string?>(command.Environment) { ["DOCKER_CONFIG"] = _folder, ["DOCKER_CERT_PATH"] = _certificates },
    };

    /// <inheritdoc/>
    public void Dispose() => _deletion.Dispose();
}
