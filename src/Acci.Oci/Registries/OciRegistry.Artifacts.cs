using System.Text.Json;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;

namespace Acci.Oci.Registries;

public sealed partial class OciRegistry
{
    // Source: OCI image specification 1.1, manifest.md, section "Guidance for an Empty Descriptor".
    private const string EmptyType = "application/vnd.oci.empty.v1+json";
    private static readonly byte[] Empty = "{}"u8.ToArray();

    /// <summary>Puts a note about an image beside it, as a referrer that consists of annotations alone. Source: OCI image specification 1.1, manifest.md, "Guidelines for Artifact Usage".</summary>
    /// <param name="subject">The image, by digest; the repository has it.</param>
    /// <param name="artifactType">What kind of note it is.</param>
    /// <param name="annotations">What it says.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task PutNoteAsync(
        ImageReference subject, string artifactType, IReadOnlyDictionary<string, string> annotations, CancellationToken cancellationToken = default)
    {
        var empty = new Descriptor { MediaType = EmptyType, Digest = Digest.Of(Empty), Size = Empty.Length };
        if (!await HasBlobForPushAsync(subject, empty.Digest, cancellationToken)) await UploadAsync(subject, empty, new EmptySource(), _ => { }, cancellationToken);
        var note = new ImageManifest
        {
            MediaType = MediaTypes.ImageManifest,
            ArtifactType = artifactType,
            Config = empty,
            Layers = [empty],
            Subject = await ResolveAsync(subject, cancellationToken),
            Annotations = annotations,
        };
        var content = JsonSerializer.SerializeToUtf8Bytes(note, ManifestJson.Default.ImageManifest);
        await PutReferrerAsync(subject, Manifest.Parse(content, MediaTypes.ImageManifest, $"the note about {subject}"), cancellationToken);
    }

    private sealed class EmptySource : IContentSource
    {
        public Task<Manifest> ReadManifestAsync(Descriptor descriptor, CancellationToken cancellationToken) => throw new InvalidOperationException("It has no manifest.");

        public Task<Stream> OpenBlobAsync(Descriptor descriptor, long offset, CancellationToken cancellationToken) => Task.FromResult<Stream>(new MemoryStream(Empty[(int)offset..]));

        public Task VerifyBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
