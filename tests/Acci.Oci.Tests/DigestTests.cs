using System.Text;
using System.Text.Json.Nodes;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.Oci.Tests;

/// <summary>Digests of any algorithm are carried, those of sha256 and sha512 are checked, and using another is an error that names it.</summary>
public sealed class DigestTests : IDisposable
{
    private const string Empty = "sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e";
    private const string Foreign = "blake3+b64:SGVsbG8_d29ybGQ=";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    // descriptor.md, section "Digests".
    [Theory]
    [InlineData(Empty, "sha512")]
    [InlineData("sha384:38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da", "sha384")]
    [InlineData(Foreign, "blake3+b64")]
    [InlineData("multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8", "multihash+base58")]
    public void A_digest_of_another_algorithm_is_carried(string text, string algorithm)
    {
        var digest = Digest.Parse(text);

        Assert.Equal((text, algorithm), (digest.ToString(), digest.Algorithm));
        Assert.Equal(Digest.Parse(text), digest);
    }

    [Theory]
    [InlineData("sha512:12", "sha512 has 128 hexadecimal digits, this has 2")]
    [InlineData("sha256:12", "sha256 has 64 hexadecimal digits, this has 2")]
    [InlineData("SHA384:12", "it is not written as algorithm:digits")]
    [InlineData("a..b:12", "it is not written as algorithm:digits")]
    [InlineData("../x:12", "it is not written as algorithm:digits")]
    [InlineData("x:../12", "it is not written as algorithm:digits")]
    [InlineData("x:", "it is not written as algorithm:digits")]
    [InlineData("12", "it does not start with 'sha256:'")]
    public void What_is_no_digest_is_told(string text, string problem)
    {
        Assert.False(Digest.TryParse(text, out _, out var told));
        Assert.Equal(problem, told);
    }

    [Fact]
    public void A_reference_is_by_sha256_alone() =>
        Assert.Equal(ReferenceError.DigestAlgorithm, Assert.Throws<InvalidReferenceException>(() => ImageReference.Parse($"name@{Empty}")).Error);

    [Fact]
    public void Content_is_checked_by_the_digest_s_own_algorithm_and_by_one_that_is_not_known_it_is_not()
    {
        Assert.Equal(Empty, Digest.Parse(Empty).Recompute([]).ToString());
        Assert.Equal($"{Foreign} cannot be used: content cannot be checked by the algorithm 'blake3+b64', only by sha256 and sha512.", Assert.Throws<DeliveryException>(() => Digest.Parse(Foreign).Recompute([])).Message);
    }

    [Fact]
    public async Task A_layout_with_sha512_in_it_is_read_checked_viewed_and_merged()
    {
        var raw = new RawLayout(_folder.Combine("layout"));
        var layer = raw.Add("application/vnd.oci.image.layer.v1.tar", "layer", "sha512");
        var config = raw.Add("application/vnd.oci.image.config.v1+json", """{"os":"linux","architecture":"amd64"}""", "sha512");
        var image = RawLayout.With(raw.AddImage("sha512", config, layer), "platform", new JsonObject { ["os"] = "linux", ["architecture"] = "amd64" });
        var layout = await OciLayout.OpenAsync(raw.Write(raw.AddIndex([image])), Cancellation);

        await layout.VerifyAsync(Cancellation);
        var platform = Assert.Single(await layout.ReadPlatformsAsync(Cancellation));
        var view = await layout.WriteViewAsync(platform, _folder.Combine("view"), Cancellation);
        await view.VerifyAsync(Cancellation);
        var merged = await OciLayout.MergeAsync(_folder.Combine("merged"), [layout], [Platform.LinuxAmd64], Cancellation);
        await merged.VerifyAsync(Cancellation);

        Assert.All(new[] { layout, view, merged }, x => Assert.True(File.Exists(x.BlobPath(Digest.Parse((string)layer["digest"]!)))));
        await File.WriteAllTextAsync(layout.BlobPath(platform.Manifest.Digest), new string('x', (int)platform.Manifest.Size), Cancellation);
        Assert.Contains("the blob is damaged, its content has the digest sha512:", (await Assert.ThrowsAsync<DeliveryException>(() => layout.VerifyAsync(Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nobody_here_can_check_is_carried_beside_an_image_and_named_where_it_is_needed()
    {
        var raw = new RawLayout(_folder.Path);
        var foreign = new JsonObject { ["mediaType"] = MediaTypes.ImageManifest, ["digest"] = Foreign, ["size"] = 2, ["artifactType"] = "application/vnd.example" };
        var layout = await OciLayout.OpenAsync(raw.Write(raw.AddImage("linux", "amd64"), foreign), Cancellation);
        await layout.VerifyAsync(Cancellation);

        var layer = raw.AddImage(raw.Add("application/vnd.oci.image.config.v1+json", "{}"), RawLayout.With(foreign, "mediaType", "application/vnd.oci.image.layer.v1.tar"));
        Directory.CreateDirectory(_folder.Combine("blobs", "blake3+b64"));
        await File.WriteAllTextAsync(_folder.Combine("blobs", "blake3+b64", Foreign[(Foreign.IndexOf(':', StringComparison.Ordinal) + 1)..]), "ab", Cancellation);
        var needed = await OciLayout.OpenAsync(raw.Write(layer), Cancellation);

        Assert.StartsWith($"{Foreign} cannot be used", (await Assert.ThrowsAsync<DeliveryException>(() => needed.VerifyAsync(Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_of_referrers_tells_what_it_has_of_every_algorithm()
    {
        var entries = string.Join(',', new[] { Empty, Foreign }.Select(x => $$"""{"mediaType":"{{MediaTypes.ImageManifest}}","digest":"{{x}}","size":2}"""));

        var list = ReferrersList.Parse(Encoding.UTF8.GetBytes($$"""{"manifests":[{{entries}}]}"""), MediaTypes.ImageIndex, "the list");

        Assert.Equal([Empty, Foreign], list.Referrers.Select(x => x.Digest.ToString()));
    }
}
