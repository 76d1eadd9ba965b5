using YamlDotNet.Serialization;

namespace Acci.Environments.Specification;

/// <summary>A service: one image, run once or several times. Source: Compose specification, Services.</summary>
public sealed record Service
{
    /// <summary>What is said of the service in the file, above it.</summary>
    [YamlIgnore]
    public string? Comment { get; init; }

    /// <summary>The image; with <see cref="Build"/> the name of what is built.</summary>
    public Scalar? Image { get; init; }

    /// <summary>How the image is built.</summary>
    public Build? Build { get; init; }

    /// <summary>The profiles in which it runs; none means always.</summary>
    public IReadOnlyList<string>? Profiles { get; init; }

    /// <summary>Instead of the image's command.</summary>
    public IReadOnlyList<Scalar>? Command { get; init; }

    /// <summary>Instead of the image's entry point.</summary>
    public IReadOnlyList<Scalar>? Entrypoint { get; init; }

    /// <summary>User and group, instead of the image's.</summary>
    public string? User { get; init; }

    /// <summary>The folder the command starts in, instead of the image's.</summary>
    public string? WorkingDir { get; init; }

    /// <summary>Variables, in the order of their names.</summary>
    public IReadOnlyDictionary<string, Scalar>? Environment { get; init; }

    /// <summary>Files with further variables.</summary>
    public IReadOnlyList<EnvFile>? EnvFile { get; init; }

    /// <summary>Secrets the service may read, below <c>/run/secrets</c>.</summary>
    public IReadOnlyList<FileReference>? Secrets { get; init; }

    /// <summary>Configuration files the service may read.</summary>
    public IReadOnlyList<FileReference>? Configs { get; init; }

    /// <summary>What has to have come so far before this one is started, by service.</summary>
    public IReadOnlyDictionary<string, Dependency>? DependsOn { get; init; }

    /// <summary>How it is found out whether it works.</summary>
    public Healthcheck? Healthcheck { get; init; }

    /// <summary>Ports of the host that lead to it.</summary>
    public IReadOnlyList<Port>? Ports { get; init; }

    /// <summary>The networks it is in.</summary>
    public IReadOnlyList<string>? Networks { get; init; }

    /// <summary>Storage and folders it sees.</summary>
    public IReadOnlyList<Mount>? Volumes { get; init; }

    /// <summary>Folders in memory.</summary>
    public IReadOnlyList<string>? Tmpfs { get; init; }

    /// <summary>The root file system cannot be written.</summary>
    public bool? ReadOnly { get; init; }

    /// <summary>Capabilities taken away.</summary>
    public IReadOnlyList<string>? CapDrop { get; init; }

    /// <summary>Capabilities given.</summary>
    public IReadOnlyList<string>? CapAdd { get; init; }

    /// <summary>Security options: <c>no-new-privileges:true</c>.</summary>
    public IReadOnlyList<string>? SecurityOpt { get; init; }

    /// <summary>Size of <c>/dev/shm</c>: <c>128m</c>.</summary>
    public string? ShmSize { get; init; }

    /// <summary>A process of the engine's own is the first one, and takes in orphans.</summary>
    public bool? Init { get; init; }

    /// <summary>The signal that asks it to stop, instead of the image's.</summary>
    public string? StopSignal { get; init; }

    /// <summary>Time from the signal to stop until it is killed: <c>15s</c>.</summary>
    public string? StopGracePeriod { get; init; }

    /// <summary>How many run, with what resources, and what happens when one ends or is updated.</summary>
    public Deploy? Deploy { get; init; }
}
