using System.Formats.Tar;
using System.Text.Json;
using System.Text.Json.Nodes;
using Acci.Delivery.Processes;
using Acci.Delivery.Sessions;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;

namespace Acci.Delivery.Engines;

/// <summary>Hands a layout folder to an engine, as the archive <c>docker load</c> reads, without writing the archive to disk.</summary>
public static class LayoutArchive
{
    private const int MostLoads = 5;

    /// <summary>Loads the platform of a layout that an engine runs, under the name of a repository, with the layout's digest as its tag.</summary>
    /// <returns>The name; null where the engine runs no platform of it.</returns>
    /// <exception cref="DeliveryException">The layout is damaged, or the engine does not take it.</exception>
    public static async Task<ImageReference?> TryLoadAsync(DockerEngine engine, OciLayout layout, string repository, CancellationToken cancellationToken)
    {
        var platforms = await layout.ReadPlatformsAsync(cancellationToken);
        if (engine.RunnablePlatforms.Select(x => platforms.FirstOrDefault(y => y.Platform == x)).FirstOrDefault(x => x is not null) is not { } platform) return null;
        var name = ImageReference.Parse($"{repository}:sha256-{layout.Root.Digest.Hex}");
        var (view, deletion) = await layout.ViewAsync(platform, cancellationToken);
        using (deletion) await LoadAsync(engine, view.Folder, name, cancellationToken);
        return name;
    }

    /// <summary>Loads the layout under this name.</summary>
    internal static Task LoadAsync(DockerEngine engine, string layout, ImageReference name, CancellationToken cancellationToken) =>
        LoadAsync(engine, name, (input, token) => WriteAsync(layout, name, input, token), cancellationToken);

    /// <summary>Loads the layout with all of its platforms under this name, which an engine can whose images lie in containerd's store.</summary>
    internal static Task LoadWholeAsync(DockerEngine engine, string layout, ImageReference name, CancellationToken cancellationToken) => LoadAsync(
        engine,
        name,
        async (input, token) =>
        {
            await using var tar = new TarWriter(input, TarEntryFormat.Pax, leaveOpen: true);
            await WriteFilesAsync(layout, tar, token);
        },
        cancellationToken);

    private static async Task LoadAsync(DockerEngine engine, ImageReference name, Func<Stream, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var loaded = await CommandRunner.RunAsync(engine.Docker("load", "--quiet") with { StandardInputWriter = write }, cancellationToken: cancellationToken);
            // "Loaded image ID: sha256:…" for a layout without a name, "Loaded image: NAME" for one with a name.
            var id = loaded.StandardOutput.Split('\n').Select(line => line.Split(": ", 2)).LastOrDefault(pair => pair.Length == 2)?[1].Trim()
                ?? throw new DeliveryException($"The engine did not say what it loaded: {loaded.StandardOutput}");
            var tag = engine.Question("tag", id, name.ToString());
            var tagged = await CommandRunner.TryRunAsync(tag, cancellationToken: cancellationToken);
            if (tagged.Succeeded) return;
            // Until it has a name, another build that is done with the same image removes it.
            if (attempt == MostLoads || !tagged.StandardError.Contains("No such image", StringComparison.OrdinalIgnoreCase)) throw new CommandFailedException(tag, tagged);
        }
    }

    /// <summary>
    /// Writes the archive. Beside the layout it holds what <c>docker save</c> wrote before there were layouts, because an engine whose images do not lie in containerd's store
    /// reads nothing else. Source: Docker's documentation of the Engine API, "Export an image", section "Image tarball format".
    /// </summary>
    /// <param name="layout">A layout folder with one image.</param>
    /// <param name="name">The name it is loaded under.</param>
    /// <param name="archive">Where the archive goes.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    internal static async Task WriteAsync(string layout, ImageReference name, Stream archive, CancellationToken cancellationToken)
    {
        await using var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true);
        await WriteFilesAsync(layout, tar, cancellationToken);
        var content = await OciLayout.OpenAsync(layout, cancellationToken);
        var manifest = await content.ReadManifestAsync(content.Root, cancellationToken);
        var (config, layers) = (manifest.Blobs[0], manifest.Blobs.Skip(1));
        var list = new JsonArray(new JsonObject
        {
            ["Config"] = BlobOf(config),
            ["RepoTags"] = new JsonArray(name.ToString()),
            ["Layers"] = new JsonArray([.. layers.Select(x => JsonValue.Create(BlobOf(x)))]),
        });
        using var data = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(list));
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "manifest.json") { DataStream = data }, cancellationToken);
    }

    private static async Task WriteFilesAsync(string layout, TarWriter tar, CancellationToken cancellationToken)
    {
        foreach (var file in Directory.EnumerateFiles(layout, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            await tar.WriteEntryAsync(file, Path.GetRelativePath(layout, file).Replace('\\', '/'), cancellationToken);
    }

    private static string BlobOf(Descriptor descriptor) => $"blobs/{descriptor.Digest.Algorithm}/{descriptor.Digest.Hex}";
}
