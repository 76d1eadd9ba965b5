using System.Globalization;
using System.Text.RegularExpressions;
using Acci.Delivery.Processes;

namespace Acci.Delivery.Engines;

/// <summary>
/// The docker command's buildx. Where its own is not there or too old, on Debian the one takes its place that is fetched for the private engine: an older command and an
/// older engine work with it. Compose stays the command's own.
/// </summary>
internal static partial class DockerPlugins
{
    // By which docker tells a plugin that it is called as one, and by which command. Source: docker/cli, cli-plugins/metadata, ReexecEnvvar.
    private const string CalledBy = "DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND";

    private static readonly Version Unknown = new(0, 0, 0);

    /// <summary>The lowest buildx that serves: earlier ones do not know <c>bake --allow</c>. Source: buildx, commands/bake.go, v0.17.0.</summary>
    public static Version LowestBuildx { get; } = new(0, 17, 0);

    /// <summary>What is wrong with the command's own, as the rest of a sentence about it; null where nothing is.</summary>
    /// <param name="engine">The engine, whose command is asked.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <exception cref="NoAnswerException">The command did not answer in time.</exception>
    public static async Task<string?> FindLackAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        if (await engine.AskAsync(["buildx", "version"], cancellationToken) is not { } answer) return $"'{engine.Cli}' has no buildx";
        // A version that is no number, or that of a program built without one, is that of a developer's own buildx. Source: buildx, version/version.go.
        return VersionIn().Match(answer) is { Success: true } match && Version.TryParse(match.Value, out var version) && version != Unknown && version < LowestBuildx
            ? string.Create(CultureInfo.InvariantCulture, $"its buildx {version} is older than {LowestBuildx}")
            : null;
    }

    /// <summary>Runs a <c>docker buildx</c> command with the buildx of a folder, started as docker starts its plugins; other commands stay as they are.</summary>
    /// <param name="command">A docker command.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="plugin">The name of docker's command that a plugin is: <c>buildx</c>.</param>
    public static Command Through(Command command, string folder, string? plugin) => plugin is not "buildx" ? command : command with
    {
        Executable = Path.Combine(folder, $"docker-{plugin}"),
        Environment = command.Environment.Append(KeyValuePair.Create(CalledBy, (string?)command.Executable)).ToDictionary(),
    };

    [GeneratedRegex(@"\d+\.\d+\.\d+")]
    private static partial Regex VersionIn();
}
