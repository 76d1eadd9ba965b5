using System.Formats.Tar;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;

namespace Acci.Delivery.SmokeTests;

/// <summary>Hands a layout folder to an engine, as the archive <c>docker load</c> reads, without writing the archive to disk.</summary>
internal static class LayoutArchive
{
    /// <summary>Loads the layout under this name.</summary>
    public static async Task LoadAsync(DockerEngine engine, string layout, ImageReference name, CancellationToken cancellationToken)
    {
        var load = engine.Docker("load", "--quiet") with { StandardInputWriter = (input, token) => WriteAsync(layout, input, token) };
        var loaded = await CommandRunner.RunAsync(load, cancellationToken: cancellationToken);
        // "Loaded image ID: sha256:…" for a layout without a name, "Loaded image: NAME" for one with a name.
        var id = loaded.StandardOutput.Split('\n').Select(line => line.Split(": ", 2)).LastOrDefault(pair => pair.Length == 2)?[1].Trim()
            ?? throw new DeliveryException($"The engine did not say what it loaded: {loaded.StandardOutput}");
        await CommandRunner.RunAsync(engine.Docker("tag", id, name.ToString()), cancellationToken: cancellationToken);
    }

    private static async Task WriteAsync(string layout, Stream archive, CancellationToken cancellationToken)
    {
        await using var tar = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var file in Directory.EnumerateFiles(layout, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            await tar.WriteEntryAsync(file, Path.GetRelativePath(layout, file).Replace('\\', '/'), cancellationToken);
    }
}
