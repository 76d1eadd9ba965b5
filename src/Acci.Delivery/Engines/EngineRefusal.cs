using Acci.Delivery.Processes;
using Acci.Delivery.Registries;

namespace Acci.Delivery.Engines;

/// <summary>
/// Why the docker command reaches no engine, if the user has to fix that: an engine that was named, or whose socket the user may not open, is not replaced.
/// </summary>
internal static class EngineRefusal
{
    private static readonly string[] LocalSocket = ["unix://", "dial unix"];

    // What only an engine that is there says. Source: docker/cli and moby, client/request.go, checkResponseErr.
    private static readonly string[] Answers = ["Error response from daemon", "request returned ", "API version", "authorization denied by plugin"];

    /// <summary>What names the engine where there is no docker command that could be asked, and whom; null where nothing does.</summary>
    /// <param name="environment">The environment that the command would read.</param>
    public static (string Source, string Named)? NamedBy(ProcessEnvironment environment)
    {
        foreach (var variable in (string[])["DOCKER_HOST", "DOCKER_CONTEXT"])
        {
            if (environment.Find(variable) is { } named) return (variable, named);
        }

        return new DockerConfig(environment).CurrentContext is { } current ? ("The current context of docker's configuration", current) : null;
    }

    /// <summary>An engine is there, and does not do what it was asked: what it has is not known.</summary>
    /// <param name="said">The last line of what the docker command wrote.</param>
    public static bool Is(string said) => IsDenied(said) || IsAnswer(said);

    /// <summary>What is wrong and what to do; null where this machine simply has no engine that answers.</summary>
    /// <param name="engine">The command that reached none.</param>
    /// <param name="cancellationToken">Ends the questions.</param>
    public static async Task<string?> FindAsync(DockerEngine engine, CancellationToken cancellationToken)
    {
        var answer = await engine.TryAskAsync(["version", "--format", "{{.Server.Version}}"], cancellationToken);
        var said = answer.LastLines(1) is [var last] ? last.Trim().TrimEnd('.') : "no reason given";
        // Not of ssh's keys, or of a certificate's file.
        if (IsDenied(said))
        {
            return $"This user may not use the Docker engine: {said}. Add the user to the group 'docker' (`sudo usermod -aG docker $USER`, then log in "
                + "again), or use a rootless engine: https://docs.docker.com/go/rootless";
        }

        if (IsAnswer(said))
        {
            var isOfVersion = said.Contains("client version", StringComparison.Ordinal) && engine.Process.Find("DOCKER_API_VERSION") is not null;
            var asked = isOfVersion ? "Unset DOCKER_API_VERSION; or update" : "Update";
            return $"The Docker engine at {await engine.EndpointAsync(cancellationToken)} answers with an error: {said}. {asked} the docker command or the engine, "
                + "wait until it has started, or set DOCKER_HOST to another engine.";
        }

        var environment = engine.Process;
        if (environment.Find("DOCKER_HOST") is { } host) return $"The Docker engine at {host} (DOCKER_HOST) does not answer: {said}. Start it, or unset DOCKER_HOST.";
        if (environment.Find("DOCKER_CONTEXT") is { } named)
            return $"The Docker engine of the context '{named}' (DOCKER_CONTEXT) does not answer: {said}. Start it, or unset DOCKER_CONTEXT.";
        return await engine.AskAsync(["context", "show"], cancellationToken) is { Length: > 0 } current && current != "default"
            ? $"The Docker engine of the current context '{current}' does not answer: {said}. Start it, or run `docker context use default`."
            : null;
    }

    private static bool IsDenied(string said) =>
        said.Contains("permission denied", StringComparison.OrdinalIgnoreCase) && LocalSocket.Any(x => said.Contains(x, StringComparison.Ordinal));

    private static bool IsAnswer(string said) => Answers.Any(x => said.Contains(x, StringComparison.OrdinalIgnoreCase));
}
