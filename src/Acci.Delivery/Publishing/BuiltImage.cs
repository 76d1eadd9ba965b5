using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Layouts;

namespace Acci.Delivery.Publishing;

/// <summary>
/// The image that a record is of, in its layout and in its registry. Every verb gets it here, so that what is tried, scanned, signed and tagged is
/// one image.
/// </summary>
internal static class BuiltImage
{
    private const int LargestScanRecord = 16 * 1024 * 1024;

    /// <summary>Opens the layout: its digest is the record's, and every byte of it is what its digests say, each time anew.</summary>
    /// <exception cref="DeliveryException">It was built or changed by something else since, or is damaged; the message names the file.</exception>
    public static async Task<OciLayout> LayoutAsync(this DeliveryContext context, ImageDefinition image, PublishRecord record)
    {
        var layout = await OciLayout.OpenAsync(new ImageFiles(context.Options).LayoutOf(image), context.CancellationToken);
        if (layout.Root.Digest != record.Digest)
        {
            throw new DeliveryException(
                $"{layout.Folder} holds {layout.Root.Digest}, and the record of '{image.Name}' is of {record.Digest}: the layout was built or replaced "
                + "outside of BuildImages, and nobody has tried or scanned it. Run BuildImages again, and all steps after it; or bring back the artifacts "
                + "of that publish.");
        }

        await layout.VerifyAsync(context.CancellationToken);
        record.EnsureDescribes(image, await layout.ReadManifestAsync(layout.Root, context.CancellationToken), layout.Folder);
        return layout;
    }

    /// <summary>Checks the layout where there is one: another machine than the one that built may verify and tag what is in the registry.</summary>
    /// <exception cref="DeliveryException">As of <see cref="LayoutAsync"/>.</exception>
    public static Task EnsureUnchangedAsync(this DeliveryContext context, ImageDefinition image, PublishRecord record) =>
        context.HasLayout(image) ? context.LayoutAsync(image, record) : Task.CompletedTask;

    /// <summary>
    /// Makes sure that the scan that a record tells of is the last one of this image. Another machine than the one that built has no reports, also where the layout was
    /// carried to it.
    /// </summary>
    /// <param name="context">What the targets of the build share.</param>
    /// <param name="record">It tells of a scan.</param>
    /// <param name="isHere">With the image, its reports have to be here.</param>
    /// <exception cref="DeliveryException">It is not.</exception>
    public static void EnsureScanIsLast(this DeliveryContext context, PublishRecord record, bool isHere)
    {
        var files = new ImageFiles(context.Options);
        if (!InputFile.IsFolder(files.LayoutOf(record.Image))) return;
        var file = files.ScanRecordOf(record.Image);
        var exists = InputFile.Exists(file);
        if (exists ? Digest.Of(InputFile.Read(file, LargestScanRecord)) == record.ScanRecord : !isHere) return;
        throw new DeliveryException(
            $"The record of '{record.Image}' says that {record.Digest} was scanned, and {file} {(exists ? "is of another scan" : "does not exist")}. "
            + "Run ScanImages again, and all steps after it.");
    }

    /// <summary>The image lies here: this machine built it, or has the artifacts of the build.</summary>
    public static bool HasLayout(this DeliveryContext context, ImageDefinition image) =>
        InputFile.IsFolder(new ImageFiles(context.Options).LayoutOf(image));

    /// <summary>
    /// Asks the registry whether it has exactly this image, and cosign whether the expected signer has signed and attested it, whatever the record
    /// says. Where no place is named, that is the first of its registries.
    /// </summary>
    /// <exception cref="CommandFailedException">A signature or an attestation is not valid.</exception>
    /// <exception cref="DeliveryException">The registry does not have the image, or what it has is not what the record says.</exception>
    public static async Task<PublishedImage> EnsurePublishedAsync(
        this DeliveryContext context, ImageDefinition image, PublishTransaction publish, ExpectedSigner signer, ImageReference? place = null)
    {
        var reference = place ?? publish.Reference;
        using var other = context.Connect(reference.Domain!);
        var root = await other.FindManifestAsync(reference, context.CancellationToken)
            ?? throw new DeliveryException(
                $"The registry does not have {reference}: run SignImages, which pushes it, or Publish as a whole.");
        publish.Record.EnsureDescribes(image, root, reference.Repository);
        if (await other.FindMissingPartAsync(reference, root, context.CancellationToken) is { } missing)
            throw new DeliveryException($"The registry has {reference}, but not {missing}, which is a part of it: run SignImages, which pushes it, or Publish as a whole.");
        return new PublishedImage(root, await context.EnsureSignedAsync(other, reference, signer));
    }

    /// <summary>As <see cref="EnsurePublishedAsync"/>, and if only other signers are found, the error says how to name one of them.</summary>
    /// <exception cref="DeliveryException">As there, or it is signed by somebody else.</exception>
    internal static async Task<PublishedImage> EnsureSignedByAsync(
        this DeliveryContext context, ImageDefinition image, PublishTransaction publish, ExpectedSigner signer, string end, ImageReference? place = null)
    {
        try
        {
            return await context.EnsurePublishedAsync(image, publish, signer, place);
        }
        catch (CommandFailedException exception) when (ImageVerifier.IsVerdict(exception))
        {
            throw SignerOfBuild.NotSignedBy(place ?? publish.Reference, signer, end, exception);
        }
    }
}
