using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;
using Acci.Oci;
using Serilog;

namespace Acci.Delivery.Engines;

/// <summary>
/// Whether an engine sees a folder of this machine, as it has to where containers mount files from there: a file of a random name is put there, a container
/// that mounts the folder is made, and the file is copied out of it. Docker refuses to make a container whose folder it does not have; Podman makes the folder,
/// without the file. The container is made from an empty image and never started.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="session">What the container, the image and the file belong to.</param>
public sealed class SharedFolder(DockerEngine engine, Session session)
{
    // Two blocks of zeros. Source: POSIX.1, pax, "ustar Interchange Format": the end of an archive.
    private static readonly byte[] EmptyArchive = new byte[1024];

    /// <summary>Asks the engine for a folder.</summary>
    /// <returns>Null when it sees the folder; else why that is not so, in the engine's words.</returns>
    public async Task<string?> FindObstacleAsync(string folder, CancellationToken cancellationToken)
    {
        var nonce = Nonce();
        var file = Path.Combine(folder, $".location-probe-{nonce}");
        using var noted = session.Note(file);
        await File.WriteAllTextAsync(file, nonce, cancellationToken);
        return await FindObstacleOfFileAsync(file, cancellationToken);
    }

    /// <summary>Asks the engine for a file: it has to be the same one there, because another machine may have one of its own by that name.</summary>
    /// <returns>Null when it sees the file; else why that is not so, in the engine's words.</returns>
    public async Task<string?> FindObstacleOfFileAsync(string file, CancellationToken cancellationToken)
    {
        var target = File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(file);
        var image = ImageReference.Parse($"location-probe:{Nonce()}");
        var noted = session.Note(engine.Leftover(session.Label, image));
        try
        {
            var import = engine.Question("import", "-", image.ToString()) with { StandardInputWriter = (input, token) => input.WriteAsync(EmptyArchive, token).AsTask() };
            await CommandRunner.RunAsync(import, cancellationToken: cancellationToken);
            var mount = $"type=bind,{CsvField.Of("src", Path.GetDirectoryName(target)!)},dst=/folder,readonly";
            var made = await CommandRunner.TryRunAsync(engine.Question("create", "--label", session.Label, "--mount", mount, image.ToString(), "nothing"), cancellationToken: cancellationToken);
            return made.Succeeded ? await CompareAsync(made.StandardOutput.Trim(), target, cancellationToken) : ReasonOf(made);
        }
        finally
        {
            if (await TryRemoveAsync(image)) noted.Dispose();
        }
    }

    // What was found out is more than what is left, which the next build removes.
    private async Task<bool> TryRemoveAsync(ImageReference image)
    {
        try
        {
            var list = await CommandRunner.TryRunAsync(engine.Question("ps", "--all", "--quiet", "--filter", $"ancestor={image}"), cancellationToken: CancellationToken.None);
            var containers = list.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return list.Succeeded
                && (containers.Length == 0 || (await CommandRunner.TryRunAsync(engine.Question(["rm", "--force", .. containers]), cancellationToken: CancellationToken.None)).Succeeded)
                && (await CommandRunner.TryRunAsync(engine.Question("image", "rm", "--force", image.ToString()), cancellationToken: CancellationToken.None)).Succeeded;
        }
        catch (NoAnswerException exception)
        {
            Log.Warning("{Problem:l} The next build removes what was made to look for a shared folder", exception.Message);
            return false;
        }
    }

    private async Task<string?> CompareAsync(string container, string file, CancellationToken cancellationToken)
    {
        var (folder, deletion) = session.TemporaryFolder();
        using (deletion)
        {
            var copy = Path.Combine(folder, "file");
            var copied = await CommandRunner.TryRunAsync(engine.Question("cp", $"{container}:/folder/{Path.GetFileName(file)}", copy), cancellationToken: cancellationToken);
            if (!copied.Succeeded) return ReasonOf(copied);
            // Docker makes one where something is to be mounted that is not there.
            if (!File.Exists(copy)) return "it has a folder by that name";
            var (here, there) = (await File.ReadAllBytesAsync(file, cancellationToken), await File.ReadAllBytesAsync(copy, cancellationToken));
            return here.AsSpan().SequenceEqual(there) ? null : "it has another file by that name";
        }
    }

    private string Nonce() => $"{session.Id}-{Guid.NewGuid().ToString("n")[..8]}";

    private static string ReasonOf(CommandResult result) => result.LastLines(1) is [var last] ? last.Trim() : "it does not say why";
}
