using System.Text.Json.Serialization;
using Acci.Delivery.Processes;

namespace Acci.Delivery.Sessions;

/// <summary>Something that a process makes for itself: a file or folder, or containers and an image at an engine.</summary>
internal sealed record Leftover
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A file or folder.</summary>
    public string? Path { get; init; }

    /// <summary>The label that containers have, as <c>name=value</c>.</summary>
    public string? Label { get; init; }

    /// <summary>The image.</summary>
    public string? Image { get; init; }

    /// <summary>The program that the engine is asked with.</summary>
    public string? Docker { get; init; }

    /// <summary>The arguments of that program that come first, and with them which engine it is.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The variables that say which engine it is.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>What tells its engine from others; empty where it is at none.</summary>
    public string Engine => Docker is null ? "" : string.Join('\n', [Program ?? Docker, .. Arguments, .. Environment.OrderBy(x => x.Key, StringComparer.Ordinal).Select(x => $"{x.Key}={x.Value}")]);

    /// <summary>The program that the engine can be asked with now: an update may have taken away the one that is noted. Null where there is none.</summary>
    [JsonIgnore]
    public string? Program => Docker is null || !System.IO.Path.IsPathRooted(Docker) || File.Exists(Docker) ? Docker : FindDocker();

    /// <summary>Finds another one: on the PATH, unless a test says otherwise.</summary>
    internal Func<string?> FindDocker { private get; init; } = () => Executables.Find("docker");

    /// <summary>Removes it.</summary>
    /// <param name="mayRun">Says whether a docker command is one that may run; every one may when nothing is said.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Whether there was anything to remove; null when it may still be there.</returns>
    public async Task<bool?> TryRemoveAsync(Func<string, CancellationToken, Task<bool>>? mayRun, CancellationToken cancellationToken)
    {
        if (Docker is null) return DeletePath();
        if (Program is not { } program) return null;
        // Which engine is meant, its arguments and variables say.
        if (program != Docker) return await (this with { Docker = program }).TryRemoveAsync(mayRun, cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            if (mayRun is not null && !await mayRun(Docker, limit.Token)) return null;
            var list = await CommandRunner.TryRunAsync(Command("ps", "--all", "--quiet", "--filter", $"label={Label}"), cancellationToken: limit.Token);
            if (!list.Succeeded) return null;
            var containers = list.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var isRemoved = containers.Length == 0 || (await CommandRunner.TryRunAsync(Command(["rm", "--force", "--volumes", .. containers]), cancellationToken: limit.Token)).Succeeded;
            var images = await CommandRunner.TryRunAsync(Command("image", "ls", "--quiet", Image ?? ""), cancellationToken: limit.Token);
            var hasImage = Image is not null && images.StandardOutput.Trim().Length > 0;
            if (hasImage) isRemoved &= (await CommandRunner.TryRunAsync(Command("image", "rm", "--force", Image!), cancellationToken: limit.Token)).Succeeded;
            return isRemoved ? containers.Length > 0 || hasImage : null;
        }
        catch (Exception exception) when (exception is DeliveryException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Deletes the file or folder, with all that is in it; links are deleted, and not followed.</summary>
    /// <returns>Whether it was there; null when it cannot be deleted.</returns>
    public bool? DeletePath()
    {
        try
        {
            if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
            else if (File.Exists(Path)) File.Delete(Path);
            else return false;
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Path ?? $"containers of a test at {Environment.GetValueOrDefault("DOCKER_HOST") ?? "the Docker engine"}";

    private Command Command(params IReadOnlyList<string> arguments) => new(Docker!, [.. Arguments, .. arguments]) { Environment = Environment };
}
