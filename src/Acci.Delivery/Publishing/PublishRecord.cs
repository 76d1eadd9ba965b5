using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Acci.Delivery.Engines;
using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Signing;
using Acci.Generation;
using Acci.Oci;
using Acci.Oci.Manifests;

namespace Acci.Delivery.Publishing;

/// <summary>
/// What is known of one image's publish: <c>artifacts/publish/&lt;image&gt;.json</c>. The next run reads it and goes on from the last good step.
/// </summary>
public sealed partial record PublishRecord
{
    /// <summary>The image's name.</summary>
    public required string Image { get; init; }

    /// <summary>The index.</summary>
    public required Digest Digest { get; init; }

    /// <summary>Registry and path it goes to.</summary>
    public required string Repository { get; init; }

    /// <summary>Version of what is inside.</summary>
    public required string Version { get; init; }

    /// <summary>The commit it was built from.</summary>
    public required string Revision { get; init; }

    /// <summary>The platforms, in the index's order.</summary>
    public required IReadOnlyList<PublishedPlatform> Platforms { get; init; }

    /// <summary>Base images that are stand-ins; an image with any never leaves this machine.</summary>
    public IReadOnlyList<string> StandIns { get; init; } = [];

    /// <summary>The version of the BuildKit that built it; null where that is not known.</summary>
    public string? BuildKit { get; init; }

    /// <summary>The version tag on its commit, where the working tree it was built from differed from it.</summary>
    public string? ChangedSince { get; init; }

    /// <summary>
    /// The working tree that it was built from differed from its commit, whether that had a version tag then or gets one later; false also where an
    /// earlier version of this build wrote the record.
    /// </summary>
    [JsonInclude]
    internal bool IsTreeChanged { get; init; }

    /// <summary>The machines that built its platforms, where this one merged what they built; null where it built them itself.</summary>
    public IReadOnlyList<PublishedPart>? Parts { get; init; }

    /// <summary>
    /// A secret of an environment that was in its build context when it was built, so that its Dockerfile could copy it; an image with one never leaves this machine. Null where none was, or
    /// an earlier version of this build wrote the record.
    /// </summary>
    public string? ContextSecret { get; init; }

    /// <summary>Who signed it: the key's reference or the keyless identity.</summary>
    public string? Signer { get; init; }

    /// <summary>Where the workflow ran that signed it, and who issued its token; none for a key.</summary>
    public WorkflowSource? SignerSource { get; init; }

    /// <summary>Why no platform was smoke-tested, where that is so.</summary>
    public string? NotSmokeTested { get; init; }

    /// <summary>Why it was not scanned, where that is so; an image that was not scanned never leaves this machine.</summary>
    public string? NotScanned { get; init; }

    /// <summary>The digest of what its scan left (<c>artifacts/scan/&lt;image&gt;/scan.json</c>); none where it was not scanned.</summary>
    public Digest? ScanRecord { get; init; }

    /// <summary>The tags that point at it.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Tags that it was to have and has not, each with the reason: <c>latest: 2.0.0 is published and newer than 1.2.9</c>.</summary>
    public IReadOnlyList<string> TagsLeft { get; init; } = [];

    /// <summary>Tags of full versions that pointed at another image before, which a person let it replace.</summary>
    // A record that an earlier version of this build wrote does not have it.
    [AllowNull]
    public IReadOnlyList<string> TagsReplaced { get; init => field = value ?? []; } = [];

    /// <summary>The image in further registries, where it goes to several; null where it goes to one.</summary>
    public IReadOnlyList<PublishedCopy>? Copies { get; init; }

    /// <summary>Registry and path of all places that it goes to, the first one first.</summary>
    internal IReadOnlyList<string> Repositories => [Repository, .. (Copies ?? []).Select(x => x.Repository)];

    /// <summary>The steps that ended well, for exactly this digest and these repositories.</summary>
    public IReadOnlyDictionary<PublishStep, StepResult> Steps { get; init; } = new SortedDictionary<PublishStep, StepResult>();

    /// <summary>Who signed it, as <see cref="Signer"/> and <see cref="SignerSource"/> say; null where nobody has.</summary>
    [JsonIgnore]
    public RecordedSigner? SignedBy
    {
        get => Signer is null ? null : new RecordedSigner(Signer, SignerSource);
        init => (Signer, SignerSource) = (value?.Name, value?.Source);
    }

    /// <summary>Whether this is the record of an image: of the index, or of one of its platforms.</summary>
    public bool IsOf(Digest digest) => Digest == digest || Platforms.Any(x => x.Digest == digest);

    /// <summary>The record with what became of the tags in one of its repositories.</summary>
    internal PublishRecord WithTags(string repository, TagReport report) => repository == Repository
        ? this with { Tags = report.Taken, TagsLeft = report.Left, TagsReplaced = report.Replaced }
        : this with { Copies = [.. (Copies ?? []).Select(x => x.Repository != repository ? x : x with { Tags = report.Taken, TagsLeft = report.Left, TagsReplaced = report.Replaced })] };

    /// <summary>The record as it is of one of its repositories alone.</summary>
    internal PublishRecord In(string repository) => Copies?.FirstOrDefault(x => x.Repository == repository) is { } copy
        ? this with { Repository = repository, Tags = copy.Tags, TagsLeft = copy.TagsLeft, TagsReplaced = copy.TagsReplaced, Copies = null }
        : this with { Copies = null };

    /// <summary>The record once this machine has started all of these platforms: where it was built does not matter for them.</summary>
    internal PublishRecord TriedHere(IReadOnlyList<Platform> runnable)
    {
        return this with { Parts = Parts is null ? null : [.. Parts.SelectMany(x => x.IsUntried ? Divided(x).Where(y => y.Platforms.Count > 0) : [x])] };

        PublishedPart[] Divided(PublishedPart part) =>
            [part.For(runnable) with { SmokeTest = "started where it was merged" }, part.For(part.Platforms.Except(runnable))];
    }

    /// <summary>Why no platform is smoke-tested, where the machine can run none.</summary>
    internal string NoneRuns => $"this machine can run none of {string.Join(", ", Platforms.Select(x => x.Platform))}";

    /// <summary>Reads the record; null if the file does not exist.</summary>
    /// <exception cref="DeliveryException">It is damaged, was edited, or was written by another version; the message names the file.</exception>
    public static PublishRecord? Read(string file) =>
        RecordFile.Read(file, Json.Readable.PublishRecord, record => record.Problem, "Run BuildImages again: every step after it is then done anew.");

    /// <summary>Writes the record; a reader sees the old one or the new one, never half of one.</summary>
    public void Write(string file) => RecordFile.Write(file, this, Json.Readable.PublishRecord);

    /// <summary>Deletes what runs have left behind that were killed while they wrote the record. Not to be called while another one may write it.</summary>
    public static void DeleteDrafts(string file)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (!Directory.Exists(folder)) return;
        var prefix = $"{Path.GetFileName(file)}.";
        // Earlier versions' have the number of the process.
        var numbered = Directory.EnumerateFiles(folder)
            .Where(x => Path.GetFileName(x) is var name && name.StartsWith(prefix, StringComparison.Ordinal) && !name.AsSpan(prefix.Length).ContainsAnyExceptInRange('0', '9'));
        foreach (var draft in (string[])[.. AtomicFile.DraftsOf(file), .. numbered]) File.Delete(draft);
    }

    /// <summary>The record with this step done, and those that come after it open again.</summary>
    public PublishRecord With(PublishStep step, StepResult result) => (this with { Steps = Before(step) }).With([new(step, result)]);

    /// <summary>The record with these steps done, too.</summary>
    internal PublishRecord With(IEnumerable<KeyValuePair<PublishStep, StepResult>> steps) =>
        this with { Steps = new SortedDictionary<PublishStep, StepResult>(Steps.Concat(steps).ToDictionary()) };

    /// <summary>The record with this step, and those that come after it, not done.</summary>
    /// <param name="step">The step.</param>
    /// <param name="reason">Why it cannot be done, where that is so.</param>
    internal PublishRecord Without(PublishStep step, string? reason = null) => this with
    {
        NotSmokeTested = step == PublishStep.SmokeTest ? reason : NotSmokeTested,
        NotScanned = step == PublishStep.Scan ? reason : NotScanned,
        ScanRecord = step == PublishStep.Scan ? null : ScanRecord,
        Steps = Before(step),
    };

    /// <summary>Whether the step was done, or could not be.</summary>
    internal bool IsPast(PublishStep step) => Steps.ContainsKey(step) || step switch
    {
        PublishStep.SmokeTest => NotSmokeTested is not null,
        PublishStep.Scan => NotScanned is not null,
        _ => false,
    };

    /// <summary>Makes sure that this is the record of an image, and that nothing it says of it differs from what the image itself says.</summary>
    /// <param name="image">The image's definition.</param>
    /// <param name="root">The image: the manifest that names all others.</param>
    /// <param name="place">Where it was found, as messages name it.</param>
    /// <exception cref="DeliveryException">It is another image's.</exception>
    internal void EnsureDescribes(ImageDefinition image, Manifest root, string place)
    {
        if (root.Digest != Digest)
        {
            throw new DeliveryException(
                $"{place} holds {root.Digest}, and the record of '{Image}' is of {Digest}. Run BuildImages again, and all steps after it.");
        }

        // What is tried and scanned, are its platforms.
        if (root.IsIndex && PlatformImage.ProblemOf(root.Manifests) is { } problem)
            throw new DeliveryException($"{place} cannot be published as '{Image}': {problem}. Run BuildImages again, and all steps after it.");
        var platforms = PlatformImage.Of(root.Manifests).Select(x => $"{x.Platform} {x.Manifest.Digest}");
        if (root.IsIndex) EnsureSame("platforms", Platforms.Select(x => $"{x.Platform} {x.Digest}"), platforms);
        EnsureSame("stand-ins", StandIns, StandInsOf(root));
        if (root.IsIndex) EnsureSame("BuildKit version", [BuildKit ?? ""], [root.Annotations.GetValueOrDefault(BuildKitVersion.Annotation, "")]);
        // An image definition may give it a version of its own.
        if (!image.Gives(OciLabels.VersionKey) && root.Annotations.GetValueOrDefault(OciLabels.VersionKey) is { } version) EnsureSame("version", [Version], [version]);
        if (!image.Gives(OciLabels.RevisionKey) && root.Annotations.GetValueOrDefault(OciLabels.RevisionKey) is { } revision) EnsureSame("commit", [Revision], [revision]);

        void EnsureSame(string what, IEnumerable<string> recorded, IEnumerable<string> actual)
        {
            var (said, found) = (string.Join(", ", recorded), string.Join(", ", actual));
            if (said == found) return;
            throw new DeliveryException(
                $"The record of '{Image}' says of {Digest} that its {what} {(what.EndsWith('s') ? "are" : "is")} '{said}', and the image in {place} says '{found}'. "
                + "Run BuildImages again, and all steps after it.");
        }
    }

    /// <summary>Makes sure that the image was built for these repositories, and no other: stand-ins, scans and tags of one registry say nothing of another.</summary>
    /// <exception cref="DeliveryException">It was built for another one.</exception>
    internal void EnsureGoesTo(params IReadOnlyList<ImageReference> repositories)
    {
        if (Repositories.SequenceEqual(repositories.Select(x => x.Repository))) return;
        throw new DeliveryException(
            $"The image '{Image}' was built for {string.Join(", ", Repositories)}, and this build is for {string.Join(", ", repositories.Select(x => x.Repository))}: "
            + "run BuildImages again for this one, or name the other with --registry.");
    }

    /// <summary>The base images that an image says are stand-ins.</summary>
    internal static IReadOnlyList<string> StandInsOf(Manifest root) =>
        root.Annotations.GetValueOrDefault(DeparturePolicy.StandInAnnotation, "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private Dictionary<PublishStep, StepResult> Before(PublishStep step) => Steps.Where(x => x.Key < step).ToDictionary();

    // What no type says: lists and maps may hold null in JSON, and a repository is a text there.
    private string? Problem =>
        Platforms.Any(x => x is null) ? "'platforms' has null in it"
        : StandIns.Any(x => x is null) ? "'standIns' has null in it"
        : Tags.Any(x => x is null) ? "'tags' has null in it"
        : TagsLeft.Any(x => x is null) ? "'tagsLeft' has null in it"
        : TagsReplaced.Any(x => x is null) ? "'tagsReplaced' has null in it"
        : Steps.Any(x => x.Value is null || !Enum.IsDefined(x.Key)) ? "'steps' has one without a result, or one that does not exist"
        : !((string?[])[Signer, SignerSource?.Repository, SignerSource?.Issuer, SignerSource?.Ref]).All(x => x is null || ExpectedSigner.IsChecked(x))
            ? "'signer' or 'signerSource' has an empty text"
        : Parts?.Select(x => x is null ? "'parts' has null in it" : x.Problem).FirstOrDefault(x => x is not null) is { } part ? part
        : Copies?.Select(x => x is null ? "'copies' has null in it" : x.Problem).FirstOrDefault(x => x is not null) is { } copy ? copy
        : !ImageReference.TryParse(Repository, out _, out _) ? $"'repository' is not an image repository: '{Repository}'"
        : null;

    [JsonSerializable(typeof(PublishRecord))]
    private sealed partial class Json : JsonSerializerContext
    {
        public static Json Readable { get; } = new(RecordFile.OptionsWith(new JsonStringEnumConverter<PublishStep>(JsonNamingPolicy.CamelCase)));
    }
}

/// <summary>One platform of a published image.</summary>
/// <param name="Platform">The platform.</param>
/// <param name="Digest">Its manifest: the same sources give the same digest.</param>
/// <param name="Size">Compressed size of configuration and layers, bytes.</param>
public sealed record PublishedPlatform(Platform Platform, Digest Digest, long Size);
