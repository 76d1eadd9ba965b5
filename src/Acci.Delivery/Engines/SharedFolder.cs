using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;
using Acci.Oci;

namespace Acci.Delivery.Engines;

/// <summary>
/// Whether an engine sees a folder of this machine, as it has to where containers mount files from there: a file of a random name is put there, and a
/// container that mounts it is made, which engines refuse where they do not have the file. It is made from an empty image and never started.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="session">What the container, the image and the file belong to.</param>
public sealed class SharedFolder(DockerEngine engine, Session session)
{
    // Two blocks of zeros. Source: POSIX.1, pax, "ustar Interchange Format": the end of an archive.
    private static readonly byte[] EmptyArchive = new byte[1024];

    /// <summary>Asks the engine.</summary>
    /// <returns>Null when it sees the folder; else why that is not so, in the engine's words.</returns>
    public async Task<string?> FindObstacleAsync(string folder, CancellationToken cancellationToken)
    {
        var nonce = $"{session.Id}-{Guid.NewGuid().ToString("n")[..8]}";
        var (file, image) = (Path.Combine(folder, $".location-probe-{nonce}"), ImageReference.Parse($"location-probe:{nonce}"));
        using var notedFile = session.Note(file);
        await File.WriteAllBytesAsync(file, [], cancellationToken);
        var noted = session.Note(engine.Leftover(session.Label, image));
        try
        {
            var import = engine.Docker("import", "-", image.ToString()) with { StandardInputWriter = (input, token) => input.WriteAsync(EmptyArchive, token).AsTask() };
            await CommandRunner.RunAsync(import, cancellationToken: cancellationToken);
            var create = engine.Docker("create", "--label", session.Label, "--mount", $"type=bind,{CsvField.Of("src", file)},dst=/file,readonly", image.ToString(), "nothing");
            var made = await CommandRunner.TryRunAsync(create, cancellationToken: cancellationToken);
            return made.Succeeded ? null : made.LastLines(1) is [var last] ? last.Trim() : "it does not say why";
        }
        finally
        {
            var list = await CommandRunner.TryRunAsync(engine.Docker("ps", "--all", "--quiet", "--filter", $"ancestor={image}"), cancellationToken: CancellationToken.None);
            var containers = list.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            var isGone = list.Succeeded
                && (containers.Length == 0 || (await CommandRunner.TryRunAsync(engine.Docker(["rm", "--force", .. containers]), cancellationToken: CancellationToken.None)).Succeeded)
                && (await CommandRunner.TryRunAsync(engine.Docker("image", "rm", "--force", image.ToString()), cancellationToken: CancellationToken.None)).Succeeded;
            if (isGone) noted.Dispose();
        }
    }
}
