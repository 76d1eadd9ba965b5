using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;

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
        /// <inheritdoc/>
        public override Command Command(IReadOnlyList<string> arguments, IReadOnlyList<string> folders, IReadOnlyDictionary<string, string?> environment)
        {
            // Variables go over by name, so that no value stands among the arguments.
            var variables = environment.Where(x => x.Value is not null).Select(x => x.Key);
            var run = Engine.Docker(
            [
                "run", "--rm", "--network", "host", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
                .. OperatingSystem.IsWindows() ? Array.Empty<string>() : ["--cap-add", "DAC_OVERRIDE"],
                .. folders.Distinct().SelectMany(folder => (string[])["--volume", $"{folder}:{folder}"]),
                .. variables.SelectMany(name => (string[])["--env", name]),
                Image.ToString(), .. arguments,
            ]);
            return run with { Environment = environment };
        }

        /// <inheritdoc/>
        public override string ToString() => Image.ToString();
    }
}
