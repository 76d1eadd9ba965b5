using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Oci;

namespace Acci.Delivery.Scanning;

/// <summary>How Trivy is started: as a program of this machine, or in a container.</summary>
public abstract record TrivyProgram
{
    /// <summary>A command of Trivy's.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="folders">Folders it reads and writes, known to it by the same paths.</param>
    /// <param name="environment">Variables; null removes one.</param>
    public abstract Command Command(IReadOnlyList<string> arguments, IReadOnlyList<string> folders, IReadOnlyDictionary<string, string?> environment);

    /// <summary>A program.</summary>
    public sealed record Installed(string Path) : TrivyProgram
    {
        /// <inheritdoc/>
        public override Command Command(IReadOnlyList<string> arguments, IReadOnlyList<string> folders, IReadOnlyDictionary<string, string?> environment) =>
            new(Path, arguments) { Environment = environment };

        /// <inheritdoc/>
        public override string ToString() => Path;
    }

    /// <summary>Its container image.</summary>
    /// <param name="Engine">Where the container runs; it has to see this machine's files.</param>
    /// <param name="Image">The image, by digest.</param>
    public sealed record Container(DockerEngine Engine, ImageReference Image) : TrivyProgram
    {
        private static readonly string[] ProxyVariables = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];

        // Their values are paths on this machine.
        private static readonly string[] PathVariables = ["DOCKER_CONFIG", "TRIVY_CACERT"];

        /// <summary>The user and group it runs as, <c>1000:1000</c>, so that what it writes is theirs; null leaves that to the image.</summary>
        public string? User { get; init; }

        /// <inheritdoc/>
        public override Command Command(IReadOnlyList<string> arguments, IReadOnlyList<string> folders, IReadOnlyDictionary<string, string?> environment)
        {
            var paths = PathVariables.Where(name => environment.GetValueOrDefault(name) is not null).ToDictionary(name => name, name => environment[name]!);
            // Variables go over by name, so that no value stands among the arguments; a path is none to hide, and docker itself must not take it for its own.
            var variables = environment.Where(x => x.Value is not null && !paths.ContainsKey(x.Key)).Select(x => x.Key)
                .Concat(ProxyVariables.Where(name => Engine.Process.Find(name) is not null));
            var run = Engine.Docker(
            [
                "run", "--rm", "--network", "host", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
                .. User is null ? Array.Empty<string>() : ["--user", User],
                .. folders.Distinct().SelectMany(folder => (string[])["--volume", $"{folder}:{folder}"]),
                .. paths.SelectMany(x => (string[])["--volume", $"{x.Value}:{x.Value}:ro", "--env", $"{x.Key}={x.Value}"]),
                .. variables.SelectMany(name => (string[])["--env", name]),
                Image.ToString(), .. arguments,
            ]);
            var trivys = environment.Where(x => !paths.ContainsKey(x.Key)).ToDictionary();
            return run with { Environment = run.Environment.Where(x => !trivys.ContainsKey(x.Key)).Concat(trivys).ToDictionary() };
        }

        /// <inheritdoc/>
        public override string ToString() => Image.ToString();
    }
}
