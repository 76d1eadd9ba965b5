using System.Text.Json;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;

namespace Acci.Delivery.SmokeTests;

/// <summary>What an image starts when nobody says otherwise. Source: OCI image specification, <c>Entrypoint</c> and <c>Cmd</c> of the configuration.</summary>
internal static class ImageProgram
{
    /// <summary>Whether there is anything that it starts; an image of files alone, such as a web page's, names nothing.</summary>
    public static async Task<bool> IsInAsync(OciLayout layout, PlatformImage platform, CancellationToken cancellationToken)
    {
        var manifest = await layout.ReadManifestAsync(platform.Manifest, cancellationToken);
        await using var blob = layout.OpenBlob(manifest.Config!);
        using var image = await JsonDocument.ParseAsync(blob, cancellationToken: cancellationToken);
        return image.RootElement.TryGetProperty("config", out var configuration) && configuration.ValueKind == JsonValueKind.Object
            && (IsGiven(configuration, "Entrypoint") || IsGiven(configuration, "Cmd"));
    }

    private static bool IsGiven(JsonElement configuration, string name) =>
        configuration.TryGetProperty(name, out var words) && words.ValueKind == JsonValueKind.Array && words.GetArrayLength() > 0;
}
