using System.Text.Json;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>Images that the private engine's scripts assemble.</summary>
public sealed class StandInImageTests : IDisposable
{
    private static readonly string Libraries = Path.Combine(SourceTree.Root, "src", "Acci.Delivery", "Engines", "Scripts", "stand-ins", "lib");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Otherwise BuildKit dates them by the clock, and one commit gives two digests: before and after its layers were cached.</summary>
    [Fact]
    public async Task Every_layer_has_its_entry_in_the_history()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The private engine runs on Linux only.");
        var library = Path.Combine(Libraries, "oci.sh");
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

    [Fact]
    public async Task What_another_build_may_be_reading_stays_for_a_day()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Stand-ins are made on Linux only.");
        const string script = """
            set -euo pipefail
            . "$1/records.sh"
            cd "$2"; mkdir records layouts work
            RECORDS=$2/records LAYOUTS=$2/layouts WORK=$2/work LAYOUT=$2/work/layout key=''
            recipe_key() { echo "$key"; }
            # make KEY : an image of one blob; prints its digest.
            make() {
              key=$1; rm -rf work/*; mkdir -p work/layout/blobs/sha256; touch work/layout/oci-layout work/layout/index.json
              manifest=$(echo "$1" | sha256sum | cut -d' ' -f1) root=$(echo "root of $1" | sha256sum | cut -d' ' -f1)
              : >"work/layout/blobs/sha256/$manifest"; echo "sha256:$manifest" >"work/layout/blobs/sha256/$root"
              keep sdk "sha256:$root"; layout_of "sha256:$root"
            }
            state() { for layout in "$first" "$second"; do [[ -e $layout/oci-layout ]] && printf 'there ' || printf 'gone '; done; }
            make one >out; first=$(<out); make two >out; second=$(<out); state
            touch -d '2 days ago' "$first" "$second"; recorded sdk; make three >out; state
            """;

        var result = await CommandRunner.RunAsync(new Command("bash", "-c", script, "bash", Libraries, _folder.Path), cancellationToken: TestContext.Current.CancellationToken);

        // The second was asked for again.
        Assert.Equal("there there gone there", result.StandardOutput.Trim());
    }

    private JsonDocument ReadBlob(JsonElement descriptor)
    {
        var digest = descriptor.GetProperty("digest").GetString()!["sha256:".Length..];
        return JsonDocument.Parse(File.ReadAllBytes(_folder.Combine("layout", "blobs", "sha256", digest)));
    }
}
