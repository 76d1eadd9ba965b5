using Acci.Delivery.Registries;
using Acci.Delivery.Versioning;
using Acci.Oci;
using Acci.Oci.Manifests;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>
/// May this image leave this machine? Publish, promote and release ask here. What is made from stand-ins, was not scanned and let pass, or is not what its version's tag
/// names, stays on this machine.
/// </summary>
/// <param name="destination">Where it is to go.</param>
public sealed class DeparturePolicy(Destination destination)
{
    /// <summary>Annotation of an image that is made from stand-ins; its value names them.</summary>
    public const string StandInAnnotation = "org.acci.stand-ins";

    private const int ShownChanges = 5;

    /// <summary>What is not scanned goes nowhere, not even to this machine's own registry.</summary>
    public bool IsScanRequired { get; init; }

    /// <summary>A person has said that files besides the commit may go out under its version.</summary>
    public bool IsForced { get; init; }

    /// <summary>The repository, for the files that differ.</summary>
    public string Root { get; init; } = "";

    /// <summary>The tag on the commit that is built, if there is one.</summary>
    public Func<Task<string?>> Tag { get; init; } = () => Task.FromResult<string?>(null);

    /// <summary>The policy as a build's parameters have it.</summary>
    public static DeparturePolicy Of(DeliveryContext context, Destination destination) => new(destination)
    {
        IsScanRequired = context.Options.Scan.Required,
        IsForced = context.Options.Force,
        Root = context.Options.Root,
        Tag = async () => (await context.FactsAsync()).Tag,
    };

    /// <summary>What a version tag names is its commit: files besides it must not go out under that version.</summary>
    /// <exception cref="DeliveryException">The working tree has such files.</exception>
    public async Task EnsureTreeIsItsTagsAsync(VersionInfo version, CancellationToken cancellationToken = default)
    {
        if (!version.IsDirty || destination.IsLoopback || IsForced || await Tag() is not { } tag) return;
        var changes = await new Git(Root).ChangesAsync(cancellationToken);
        throw new DeliveryException(
            $"The working tree is not what {tag} names ({string.Join(", ", changes.Take(ShownChanges).Select(x => x.Trim()))}{(changes.Count > ShownChanges ? " …" : "")}): "
            + $"{destination} does not get version {version} of it. Commit or stash them, or publish them all the same with --force.");
    }

    /// <summary>An image that was built here may be pushed.</summary>
    /// <exception cref="DeliveryException">It may not.</exception>
    public void EnsureMayBePushed(PublishRecord record)
    {
        if (record.StandIns.Count > 0 && !destination.IsLoopback)
        {
            throw new DeliveryException(
                $"'{record.Image}' is made from stand-ins for {string.Join(", ", record.StandIns)} and must not leave this machine: {destination} does not get it. "
                + "Build it where the base images can be had, or name a registry that carries them with --image-mirror.");
        }

        if (record.Steps.ContainsKey(PublishStep.Scan) || MayGoUnscanned(record)) return;
        throw new DeliveryException(
            $"'{record.Image}' has not been scanned and passed, and {destination} does not get it: run ScanImages, or Publish as a whole."
            + $"{(record.NotScanned is { } reason ? $" It was not scanned: {reason}" : "")}");
    }

    /// <summary>Whether an image that was not scanned may be published all the same: on this machine, when it was said that there is no scanner.</summary>
    public bool MayGoUnscanned(PublishRecord record) => record.NotScanned is not null && !IsScanRequired && destination.IsLoopback;

    /// <summary>An image cannot be scanned: it may be published all the same, on this machine.</summary>
    /// <exception cref="DeliveryException">It may not.</exception>
    public void EnsureMayGoUnscanned(string image, string obstacle)
    {
        if (IsScanRequired) throw new DeliveryException($"'{image}' cannot be scanned, and --require-scan asks for it: {obstacle}");
        if (!destination.IsLoopback) throw new DeliveryException($"'{image}' cannot be scanned, and without that nothing is published to {destination}: {obstacle}");
    }

    /// <summary>An image that is published may be promoted from where it is.</summary>
    /// <param name="source">The image.</param>
    /// <param name="image">What it is.</param>
    /// <param name="record">What this checkout knows of its publish.</param>
    /// <exception cref="DeliveryException">It may not.</exception>
    public void EnsureMayBePromoted(ImageReference source, Manifest image, PublishRecord? record)
    {
        if (destination.IsLoopback) return;
        if (image.Annotations.TryGetValue(StandInAnnotation, out var standIns))
            throw new DeliveryException($"{source} is made from stand-ins for {standIns} and must not leave this machine. Build it where the base images can be had.");
        if (!new Destination(source.Registry, "").IsLoopback) return;
        var isScanned = record is not null && record.Steps.ContainsKey(PublishStep.Scan) && (record.Digest == image.Digest || record.Platforms.Any(x => x.Digest == image.Digest));
        if (!isScanned) throw new DeliveryException($"{source} must not leave this machine: no publish of this checkout has scanned {image.Digest} and let it pass. Run Publish, and promote what it published.");
    }

    /// <summary>An image that was published may be named by a release: its tags have moved, and it is the version and the commit of the release's tag.</summary>
    /// <exception cref="DeliveryException">It may not.</exception>
    public static void EnsureMayBeReleased(PublishRecord record, string tag, string version, string revision, string server)
    {
        if (!record.Steps.ContainsKey(PublishStep.Tag)) throw new DeliveryException($"'{record.Image}' is not published: its tags have not moved for {record.Digest}. Run Publish first.");
        if (record.Revision != revision || record.Version != version)
        {
            throw new DeliveryException(
                $"'{record.Image}' was published as {record.Version} from commit {record.Revision}; the release {tag} is of {version} from {revision}. Run Publish with {tag} checked out.");
        }

        if (server.Length > 0 && Destination.Parse(record.Repository).IsLoopback)
            throw new DeliveryException($"'{record.Image}' was published to {record.Repository}, which nobody else can reach: publish it with --registry before it is released on {server}.");
    }

    /// <summary>Says that what is built is not what is committed, where that is so.</summary>
    public static void Warn(VersionInfo version)
    {
        if (version.IsDirty) Log.Warning("The working tree differs from commit {Revision:l}, and is built as it is (git status)", version.Revision ?? "");
    }
}
