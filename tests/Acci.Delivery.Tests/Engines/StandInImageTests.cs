using System.Text.Json;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>Images that the private engine's scripts assemble.</summary>
public sealed class StandInImageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Otherwise BuildKit dates them by the clock, and one commit gives two digests: before and after its layers were cached.</summary>
    [Fact]
    public async Task Every_layer_has_its_entry_in_the_history()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The private engine runs on Linux only.");
        var library = Path.Combine(SourceTree.Root, "src", "Acci.Delivery", "Engines", "Scripts", "stand-ins", "lib", "oci.sh");
        Directory.CreateDirectory(_folder.Combine("files"));
        File.WriteAllText(_folder.Combine("files", "a"), "a");
        const string script = """
            set -euo pipefail
            . "$1"; layout_start "$2/layout"
            image amd64 '{}' "$(layer "$2/files" 0 a)" "$(layer_compressed "$2/files" 0 .)"
            """;

        var result = await CommandRunner.RunAsync(
            new Command("bash", "-c", script, "bash", library, _folder.Path),
            cancellationToken: TestContext.Current.CancellationToken);

        using var descriptor = JsonDocument.Parse(result.StandardOutput);
        using var manifest = ReadBlob(descriptor.RootElement);
        using var image = ReadBlob(manifest.RootElement.GetProperty("config"));
        var history = image.RootElement.GetProperty("history").EnumerateArray().ToArray();
        Assert.Equal(manifest.RootElement.GetProperty("layers").GetArrayLength(), history.Length);
        Assert.All(history, entry => Assert.Equal("2000-01-01T00:00:00Z", entry.GetProperty("created").GetString()));
    }

    private JsonDocument ReadBlob(JsonElement descriptor)
    {
        var digest = descriptor.GetProperty("digest").GetString()!["sha256:".Length..];
        return JsonDocument.Parse(File.ReadAllBytes(_folder.Combine("layout", "blobs", "sha256", digest)));
    }
}
