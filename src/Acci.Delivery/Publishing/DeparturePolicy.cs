using Acci.Delivery.Images.Tags;
using Acci.Delivery.Registries;
using Acci.Delivery.Versioning;
using Acci.Oci;
using Acci.Oci.Manifests;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>
/// May this image leave this machine? Publish, promote, release and deploy ask here. Seven things keep an image here: it is made from stand-ins, a secret of an environment was in
/// its build context, it has not passed a smoke test, it was not scanned or too long ago, the working tree differed from its version tag's commit, it is not signed, or its version is not the
/// one a tag would give it. How old its scan is counts where it leaves, and not of what has left.
/// <para>
/// A registry on this machine is no departure, and neither is a swarm that is this machine alone. Any other swarm is one: its nodes run what they pull, so what
/// <c>DeployStack</c> takes from the last publish has to have passed all seven. An image that a person named instead was built elsewhere and passed its own build's
/// policy on its way to the registry; of that, the registry is asked whether it is made from stand-ins. <c>ComposeUp</c> runs on this machine's engine alone and asks
/// nothing.
/// </para>
/// </summary>
/// <param name="place">Where it is to go, as messages name it.</param>
/// <param name="isThisMachine">What goes there stays on this machine.</param>
public sealed partial class DeparturePolicy(string place, bool isThisMachine)
{
    /// <summary>Annotation of an image that is made from stand-ins; its value names them.</summary>
    public const string StandInAnnotation = "org.acci.stand-ins";

    // That signatures are verified is no matter of what was done: it is done when tags are about to move.
    private static readonly PublishStep[] BeforeTags = [PublishStep.SmokeTest, PublishStep.Scan, PublishStep.Push, PublishStep.Sign];

    /// <summary>The policy for a registry.</summary>
    public DeparturePolicy(Destination destination)
        : this(destination.ToString(), destination.IsLoopback)
    {
    }

    /// <summary>What is not scanned goes nowhere, not even to this machine's own registry.</summary>
    public bool IsScanRequired { get; init; }

    /// <summary>A person has said that a working tree that differs from the tagged commit may go out under its version.</summary>
    public bool AllowsDirty { get; init; }

    /// <summary>The repository, for the files that differ.</summary>
    public string Root { get; init; } = "";

    /// <summary>The clock: a scan that is dated after now does not count.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Makes sure that the scan that a record tells of is the last one of its image, and where the second value is true, that it lies here: artifacts are carried to
    /// other machines without it.
    /// </summary>
    internal Action<PublishRecord, bool> EnsureScanIsLast { get; init; } = (_, _) => { };

    /// <summary>
    /// Whether the reason that a record gives for no smoke test still holds: a machine that runs none of the platforms wrote it, or the image's definition still gives one.
    /// </summary>
    internal Func<PublishRecord, bool> HoldsReason { get; init; } = _ => true;

    /// <summary>How old the scan is that a record tells of, where that is too old for an image to leave; null where it is not.</summary>
    internal Func<PublishRecord, TimeSpan?> FindOldScan { get; init; } = _ => null;

    /// <summary>The tag that the build runs for, if it is one; a branch may have a version tag on its commit, too.</summary>
    public Func<Task<string?>> Tag { get; init; } = () => Task.FromResult<string?>(null);

    /// <summary>The policy for a registry, as a build's parameters have it.</summary>
    public static DeparturePolicy Of(DeliveryContext context, Destination destination) => Of(context, destination.ToString(), destination.IsLoopback);

    /// <summary>The policy for any place, as a build's parameters have it.</summary>
    public static DeparturePolicy Of(DeliveryContext context, string place, bool isThisMachine) => new(place, isThisMachine)
    {
        IsScanRequired = context.Options.Scan.Required,
        AllowsDirty = context.Options.AllowDirty,
        Root = context.Options.Root,
        Time = context.Time,
        EnsureScanIsLast = context.EnsureScanIsLast,
        // A record without platforms is refused for that.
        HoldsReason = record => record.Platforms.Count == 0 || record.NotSmokeTested == record.NoneRuns
            || context.Options.Images.Any(x => x.Name == record.Image && x.SmokeTest.SkippedBecause is not null),

        FindOldScan = context.FindOldScan,
        Tag = async () => (await context.FactsAsync()).Tag,
    };

    /// <summary>What a version tag names is its commit: files besides it must not go out under that version.</summary>
    /// <exception cref="DeliveryException">The working tree has such files.</exception>
    public async Task EnsureTreeIsItsTagsAsync(VersionInfo version, CancellationToken cancellationToken = default)
    {
        // A workflow may run for the branch on whose tagged commit it is.
        if (!version.IsDirty || isThisMachine || AllowsDirty || (await Tag() ?? NamingTag(version)) is not { } tag) return;
        var changes = await TreeChanges.ReadAsync(Root, version, cancellationToken);
        throw new DeliveryException(
            $"The working tree differs from the commit of {tag} ({changes}): version {ImageVersion.TryParseTag(tag, version.Prefix)?.ToString() ?? version.ToString()} is not published to {place}. {changes.Remedy} Or publish it as it is, with --allow-dirty.");
    }

    /// <summary>The tag that names what is checked out, also with a number that MinVer does not read.</summary>
    internal static string? NamingTag(VersionInfo version) => VersionInfo.HighestTag(version.Tags, x => ImageVersion.TryParseTag(x, version.Prefix), version.Prefix) ?? version.Tag;

    /// <summary>An image that was built here may be pushed.</summary>
    /// <param name="record">What this checkout has done with it.</param>
    /// <param name="image">The image itself, which says whether it is made from stand-ins.</param>
    /// <exception cref="DeliveryException">It may not.</exception>
    public void EnsureMayBePushed(PublishRecord record, Manifest image)
    {
        EnsureHasNoStandIns($"'{record.Image}'", image);
        EnsureHasNoSecrets(record);
        EnsureIsItsTags(record);
        EnsureIsScanned(record, isHere: true);
        EnsureScanIsRecent(record);
        EnsureIsSmokeTested(record);
    }

    /// <summary>The steps that have to be taken before an image gets its tags, and have not been.</summary>
    public IReadOnlyList<PublishStep> OpenBeforeTags(PublishRecord record) =>
    [
        .. BeforeTags.Where(step => !record.Steps.ContainsKey(step) && step switch
        {
            PublishStep.Scan => !MayGoUnscanned(record),
            PublishStep.SmokeTest => !MayGoUnstarted(record),
            _ => true,
        }),
    ];

    /// <summary>An image that was pushed may get its tags: every step before them has been done, and the tags, which come from what is checked out, are its own.</summary>
    /// <exception cref="DeliveryException">It may not.</exception>
    public void EnsureMayBeTagged(PublishRecord record, VersionInfo checkedOut)
    {
        var open = OpenBeforeTags(record);
        EnsureScanCounts(record, isHere: true);
        if (open.Count > 0) throw new DeliveryException($"No tag of {record.Repository} moves: {string.Join(" and ", open)} not done for {record.Digest}. Run Publish.");
        if (record.Version == checkedOut.ToString() && record.Revision == (checkedOut.Revision ?? "")) return;
        throw new DeliveryException(
            $"No tag of {record.Repository} moves: {record.Digest} is {record.Version}, built from commit {record.Revision}, and the tags are those of "
            + $"{checkedOut} at {checkedOut.Revision}, which is checked out. Run Publish without skipping BuildImages.");
    }

    /// <summary>An image that is published may be promoted from where it is. That it is signed is verified in the registry it comes from.</summary>
    /// <param name="source">The image.</param>
    /// <param name="image">What it is.</param>
    /// <param name="record">What this checkout knows of its publish.</param>
    /// <exception cref="DeliveryException">It may not.</exception>
    public void EnsureMayBePromoted(ImageReference source, Manifest image, PublishRecord? record)
    {
        if (isThisMachine) return;
        EnsureHasNoStandIns(source.ToString(), image);
        if (!new Destination(source.Registry, "").IsLoopback) return;
        if (record?.IsOf(image.Digest) is not true || !record.Steps.ContainsKey(PublishStep.Scan))
            throw new DeliveryException($"{source} must not leave this machine: no publish of this checkout has scanned {image.Digest} and let it pass. Run Publish, and promote what it published.");
        EnsureHasNoSecrets(record);
        // Of one that was scanned alone, nobody has pushed anything here.
        if (record.Steps.ContainsKey(PublishStep.Push)) EnsureIsSmokeTested(record);
        EnsureScanCounts(record);
        EnsureScanIsRecent(record);
        EnsureIsItsTags(record);
    }

    /// <summary>What was just found in a registry on this machine was pushed there, whatever the record still has of it: it leaves this machine once it has passed a smoke test.</summary>
    /// <param name="source">The image.</param>
    /// <param name="record">What this checkout knows of its publish.</param>
    /// <exception cref="DeliveryException">It has not.</exception>
    internal void EnsureFoundWasStarted(ImageReference source, PublishRecord? record)
    {
        if (record is not null && new Destination(source.Registry, "").IsLoopback) EnsureIsSmokeTested(record);
    }

    /// <summary>
    /// An image that was published may be named by a release: its tags have moved, and it is the version and the commit of the release's tag. That it
    /// is signed is verified where it is published.
    /// </summary>
    /// <param name="record">What this checkout has done with it.</param>
    /// <param name="image">The image itself.</param>
    /// <param name="tag">The release's tag.</param>
    /// <param name="version">The release's version.</param>
    /// <param name="revision">The commit of the tag.</param>
    /// <exception cref="DeliveryException">It may not.</exception>
    public void EnsureMayBeReleased(PublishRecord record, Manifest image, string tag, string version, string revision)
    {
        if (!record.Steps.ContainsKey(PublishStep.Tag)) throw new DeliveryException($"'{record.Image}' is not published: its tags have not moved for {record.Digest}. Run Publish first.");
        if (record.Revision != revision || record.Version != version)
        {
            throw new DeliveryException(
                $"'{record.Image}' was published as {record.Version} from commit {record.Revision}; the release {tag} is of {version} from {revision}. Run Publish with {tag} checked out.");
        }

        EnsureMayLeave(record, image);
        if (!isThisMachine && record.Repositories.All(x => Destination.Parse(x).IsLoopback))
            throw new DeliveryException($"'{record.Image}' was published to {record.Repository}, which nobody else can reach: publish it with --registry before it is released on {place}.");
    }

    /// <summary>An image may run on a swarm.</summary>
    /// <param name="image">The image.</param>
    /// <param name="record">What this checkout knows of its last publish.</param>
    /// <param name="readAsync">Reads the image from its registry.</param>
    /// <param name="verifyAsync">Verifies there that it is signed and attested by who signed it, as the record says, or may have.</param>
    /// <exception cref="DeliveryException">It may not, or the registry cannot be asked.</exception>
    public async Task EnsureMayBeDeployedAsync(
        ImageReference image, PublishRecord? record, Func<Task<Manifest>> readAsync, Func<PublishRecord, Task> verifyAsync)
    {
        if (isThisMachine) return;
        var own = record is not null && image.Digest is { } digest && record.IsOf(digest) ? record : null;
        if (own is not null) EnsureMayLeave(own, null);
        EnsureHasNoStandIns(image.ToString(), await readAsync());
        if (own is not null) await verifyAsync(own);
    }

    /// <summary>Says that what is built is not what is committed, where that is so.</summary>
    public static async Task WarnAsync(DeliveryContext context)
    {
        var version = await context.VersionAsync();
        if (!version.IsDirty) return;
        var changes = await TreeChanges.ReadAsync(context.Options.Root, version, context.CancellationToken);
        Log.Warning("The working tree differs from commit {Revision:l} ({Changes:l}) and is built as it is. {Remedy:l}", version.Revision ?? "", changes.ToString(), changes.Remedy);
    }

    private void EnsureMayLeave(PublishRecord record, Manifest? image)
    {
        if (isThisMachine) return;
        if (image is not null) EnsureHasNoStandIns($"'{record.Image}'", image);
        EnsureHasNoSecrets(record);
        EnsureIsItsTags(record);
        EnsureIsScanned(record);
        EnsureIsSmokeTested(record);
        if (record.Steps.ContainsKey(PublishStep.Sign) && record.Steps.ContainsKey(PublishStep.Verify)) return;
        throw new DeliveryException($"'{record.Image}' ({record.Digest}) is not signed and verified, and {place} does not get it: run Publish.");
    }

    /// <summary>What another machine has built and this one cannot start, has passed its smoke test there, or it is known why it was not started.</summary>
    /// <param name="image">The image.</param>
    /// <param name="part">What the other machine has built.</param>
    /// <param name="here">Why it has not passed one here, for the message.</param>
    /// <exception cref="DeliveryException">It has not, and must not leave this machine.</exception>
    internal void EnsurePartIsSmokeTested(string image, PublishedPart part, string here = "this machine cannot start it")
    {
        if (isThisMachine || !part.IsUntried) return;
        throw new DeliveryException(
            $"'{image}' has not passed a smoke test for {string.Join(", ", part.Platforms)} where it was built, {here}, "
            + $"and {place} does not get it: run SmokeTestImages there instead of BuildImages, and copy artifacts/images and artifacts/publish again.");
    }

    /// <summary>The image is not made from stand-ins, by its own word.</summary>
    /// <exception cref="DeliveryException">It is, and must not leave this machine.</exception>
    internal void EnsureHasNoStandIns(string name, Manifest image)
    {
        var standIns = PublishRecord.StandInsOf(image);
        if (standIns.Count == 0 || isThisMachine) return;
        throw new DeliveryException(
            $"{name} is made from stand-ins for {string.Join(", ", standIns)} and must not leave this machine: {place} does not get it. "
            + "Build it where the base images can be had, or name a registry that carries them with --image-mirror.");
    }

    /// <summary>An image may be built for this place although a secret is in its context.</summary>
    /// <param name="problem">Which secret, and what to do.</param>
    /// <exception cref="DeliveryException">It may not.</exception>
    internal void EnsureMayBeBuilt(string problem)
    {
        if (!isThisMachine) throw new DeliveryException(problem);
    }

    // Whether its Dockerfile has copied it, is not known.
    private void EnsureHasNoSecrets(PublishRecord record)
    {
        if (record.ContextSecret is not { } secret || isThisMachine) return;
        throw new DeliveryException(
            $"'{record.Image}' ({record.Digest}) may contain a secret, and {place} does not get it: {secret} was in its build context. Leave it out with a .dockerignore, and run Publish again.");
    }

    // It was started and answered, or it is known why it was not: its definition says so, or this machine runs none of its platforms.
    private void EnsureIsSmokeTested(PublishRecord record)
    {
        // The step may have been done for this machine's registry, where it is enough that they are named.
        var isLeftOut = record.NotSmokeTested is { } reason && reason != record.NoneRuns && HoldsReason(record);
        foreach (var part in isLeftOut ? [] : record.Parts ?? []) EnsurePartIsSmokeTested(record.Image, part, "it was not started here");
        if (isThisMachine || record.Steps.ContainsKey(PublishStep.SmokeTest) || MayGoUnstarted(record)) return;
        throw new DeliveryException($"'{record.Image}' ({record.Digest}) has not passed a smoke test, and {place} does not get it: run SmokeTestImages.");
    }

    private bool MayGoUnstarted(PublishRecord record) => record.NotSmokeTested is not null && HoldsReason(record);

    /// <summary>The working tree it was built from was what its version tag names.</summary>
    /// <exception cref="DeliveryException">It was not, and the image must not leave this machine.</exception>
    internal void EnsureIsItsTags(PublishRecord record) =>
        EnsureIsItsTags(record, record.ChangedSince, "Commit or stash the changes and run Publish");

    /// <summary>The same where the tag may have come after the build: one that names the version in another way than git's own does not change it.</summary>
    /// <param name="record">What is known of the image, or of a part of it.</param>
    /// <param name="checkedOut">What is checked out now.</param>
    /// <param name="remedy">What to do.</param>
    /// <exception cref="DeliveryException">It was not, and the image must not leave this machine.</exception>
    internal async Task EnsureTreeWasItsTagsAsync(PublishRecord record, VersionInfo checkedOut, string remedy = "Commit or stash the changes and run Publish") =>
        EnsureIsItsTags(record, record.ChangedSince ?? (record.IsTreeChanged ? await Tag() ?? NamingTag(checkedOut) : null), remedy);

    private void EnsureIsItsTags(PublishRecord record, string? tag, string remedy)
    {
        if (tag is null || isThisMachine || AllowsDirty) return;
        throw new DeliveryException(
            $"'{record.Image}' was built from a working tree that differs from the commit of {tag}, and {place} does not get it. "
            + $"{remedy}, or repeat this with --allow-dirty.");
    }
}
