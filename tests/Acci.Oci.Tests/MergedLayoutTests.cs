using System.Text.Json.Nodes;
using Acci.Oci.Layouts;
using Acci.Testing;

namespace Acci.Oci.Tests;

/// <summary>An image whose platforms were built apart.</summary>
public sealed class MergedLayoutTests : IDisposable
{
    private static readonly Platform[] Both = [Platform.LinuxAmd64, Platform.LinuxPpc64le];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_parts_together_are_the_image_that_one_build_makes()
    {
        var whole = await WriteAsync("whole", Both);
        // In whichever order they come.
        var parts = new[] { await WriteAsync("ppc64le", Platform.LinuxPpc64le), await WriteAsync("amd64", Platform.LinuxAmd64) };

        var merged = await OciLayout.MergeAsync(_folder.Combine("merged"), parts, Both, Cancellation);

        var reopened = await OciLayout.OpenAsync(_folder.Combine("merged"), Cancellation);
        Assert.Equal(merged.Root.Digest, reopened.Root.Digest);
        await reopened.VerifyAsync(Cancellation);
        var (expected, actual) = (await whole.ReadPlatformsAsync(Cancellation), await reopened.ReadPlatformsAsync(Cancellation));
        Assert.Equal(expected.Select(x => (x.Platform, x.Manifest.Digest)), actual.Select(x => (x.Platform, x.Manifest.Digest)));
        Assert.Equal(expected.SelectMany(x => x.Attestations).Select(x => x.Digest), actual.SelectMany(x => x.Attestations).Select(x => x.Digest));
        Assert.Equal((await whole.ReadManifestAsync(whole.Root, Cancellation)).Annotations, (await reopened.ReadManifestAsync(reopened.Root, Cancellation)).Annotations);
        Assert.Equal(Blobs(whole).Order(), Blobs(reopened).Order());
    }

    [Fact]
    public async Task What_several_parts_have_is_written_once()
    {
        // buildx writes files that nobody but root may write to again.
        var parts = new[] { await WriteAsync("ppc64le", Platform.LinuxPpc64le), await WriteAsync("amd64", Platform.LinuxAmd64) };
        var shared = Blobs(parts[0]).Intersect(Blobs(parts[1])).ToList();
        foreach (var (part, time) in parts.Zip((DateTime[])[DateTime.UnixEpoch, DateTime.UnixEpoch.AddDays(1)]))
        {
            foreach (var file in Directory.GetFiles(Path.Combine(part.Folder, "blobs", "sha256")))
            {
                File.SetLastWriteTimeUtc(file, time);
                File.SetAttributes(file, FileAttributes.ReadOnly);
            }
        }

        await OciLayout.MergeAsync(_folder.Combine("merged"), parts, Both, Cancellation);

        Assert.NotEmpty(shared);
        Assert.All(shared, x => Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(_folder.Combine("merged", "blobs", "sha256", x))));
    }

    [Fact]
    public async Task A_platform_that_no_part_holds_is_named()
    {
        var part = await WriteAsync("amd64", Platform.LinuxAmd64);

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => OciLayout.MergeAsync(_folder.Combine("merged"), [part], Both, Cancellation));

        Assert.Contains("linux/ppc64le", failure.Message, StringComparison.Ordinal);
    }

    // All but the index, which is another text.
    private static IEnumerable<string> Blobs(OciLayout layout) =>
        Directory.GetFiles(Path.Combine(layout.Folder, "blobs", "sha256")).Select(x => Path.GetFileName(x)).Where(x => x != layout.Root.Digest.Hex);

    private Task<OciLayout> WriteAsync(string name, params Platform[] platforms)
    {
        var builder = new LayoutBuilder(_folder.Combine(name));
        foreach (var platform in platforms) builder.AddImage(platform, [builder.AddBlob([1, 2, 3]), builder.AddBlob(System.Text.Encoding.UTF8.GetBytes(platform.ToString()))]);
        return builder.WriteAsync(annotations: new JsonObject { ["org.opencontainers.image.version"] = "1.2.3" });
    }
}
