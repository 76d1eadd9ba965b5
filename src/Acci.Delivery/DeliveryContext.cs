using System.Collections.Concurrent;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Processes;
using Acci.Delivery.Versioning;
using Acci.Oci.Retries;
using Serilog;
using Serilog.Events;

namespace Acci.Delivery;

/// <summary>
/// What the targets of one build share, each found when it is first asked for. Version, facts and tags are here; the engine, the registry, the
/// scanner and what else a build may need is found by the folder that knows it, which asks <see cref="Once"/>.
/// </summary>
/// <param name="options">What was set.</param>
/// <param name="cancellationToken">Ends whatever is under way.</param>
public sealed class DeliveryContext(DeliveryOptions options, CancellationToken cancellationToken) : IDisposable
{
    /// <summary>The file among the artifacts by which builds of one checkout wait for each other.</summary>
    public const string LockFileName = ".lock";

    // Several images are worked on at once.
    private readonly ConcurrentDictionary<(LogEventLevel, string), bool> _written = [];
    private readonly HashSet<Type> _planned = [];
    private Dictionary<string, object?> _found = [];

    /// <summary>What was set.</summary>
    public DeliveryOptions Options => options;

    /// <summary>Ends whatever is under way.</summary>
    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>The clock that everything goes by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Variables and folders of the build's process.</summary>
    public ProcessEnvironment Environment { get; init; } = ProcessEnvironment.Read();

    /// <summary>How often what fails for a while is tried again.</summary>
    internal RetryOptions Retry => new() { Time = Time, Budget = options.RetryBudget, Notify = retry => Log.Warning("{Retry:l}", retry.ToString()) };

    /// <summary>What is being built.</summary>
    public Task<VersionInfo> VersionAsync() => Once(nameof(VersionAsync), () => VersionInfo.ReadAsync(options.Root, options.Layout.VersionTagPrefix, cancellationToken));

    /// <summary>Why it is being built, and from what.</summary>
    public Task<BuildFacts> FactsAsync() => Once(nameof(FactsAsync), () => BuildFacts.ReadAsync(options.Root, Environment, Time.GetUtcNow(), options.Layout.VersionTagPrefix, cancellationToken));

    /// <summary>The tags that the images get.</summary>
    /// <exception cref="DeliveryException">No rule applies.</exception>
    public Task<TagSet> TagsAsync() => Once(nameof(TagsAsync), async () =>
    {
        var (facts, version) = (await FactsAsync(), await VersionAsync());
        if (facts.Tag is { } tag && version.OfTag(tag) is { } named && named.CompareTo(version.Version) != 0)
        {
            throw new DeliveryException(
                $"The tags of this build come from {tag}, and what is checked out is version {version}: nothing is published under another version's tags. "
                + (version.Tags.Contains(tag)
                    ? $"The commit has the tag {version.Tag}, too, and its highest version counts: build it for that tag, or give the other version a commit of its own."
                    : "Fetch all tags (`git fetch --unshallow --tags`), and build a commit whose highest version tag is that one."));
        }

        var tags = WrongUseException.Read("--tag-rules", () => options.TagRules.Apply(facts));
        // MinVer reads no numbers above 2147483647.
        var released = version.Tags.Select(x => ImageVersion.TryParseTag(x, version.Prefix)).Max();
        // An image whose definition gives it a version is that one; and without a commit nobody knows.
        var own = version.Revision is null || (options.Images.Count > 0 && options.Images.All(x => x.Gives(OciLabels.VersionKey))) ? null
            : released ?? ImageVersion.Parse(version.ToString());
        if (own is not null && tags.Floating.OtherVersion(own, tags.All) is { } other)
        {
            throw new DeliveryException(
                $"The tag rules give this build the tags of version {other}, and what is checked out is version {own}: nothing is published under "
                + $"another version's tags. Build the commit that has the tag {version.Prefix}{other} in git, or change --tag-rules; an image "
                + $"that has a version of its own says so in its definition (annotation {OciLabels.VersionKey}).");
        }

        if (facts.RefShas is { OfWorkflow: { Length: > 0 } sha, OfPullRequest: var head } && version.Revision is { } checkedOut && checkedOut != sha && checkedOut != head
            && options.TagRules.OfRef(facts, tags) is { Count: > 0 } ofRef)
        {
            throw new DeliveryException(
                $"This workflow runs for commit {sha} (GITHUB_SHA), and {checkedOut} is checked out: an image of this one does not get {string.Join(", ", ofRef)}, which "
                + $"{(ofRef.Count == 1 ? "stands" : "stand")} for {facts.Ref}. Check out the commit that the workflow runs for (actions/checkout without `ref`), run the workflow for the other one, "
                + "or use --tag-rules that do not depend on the ref (type=raw, type=sha).");
        }

        foreach (var warning in tags.Warnings) Warn(warning);
        var ofRules = tags.Floating with { Override = options.AllowOlder ? "--allow-older" : null };
        var floating = ofRules with { Version = ofRules.Version ?? own, IsCounted = own is not null && released is null };
        var ofOwnVersion = ofRules with { SaysOwnVersion = true, IsCounted = version.Revision is not null && released is null };
        return tags.All.Count > 0 ? tags with { Floating = floating, FloatingOfOwnVersion = ofOwnVersion }
            : version.Revision is null ? throw new DeliveryException($"'{options.Root}' is no git repository with a commit, and the image's tags are made of its branches and tags: "
                + "build in a clone, or name tags with --tag-rules, as in \"type=raw,value=test\".")
            : throw new DeliveryException("No tag rule applies to this build, so nothing would point at the image. Change --tag-rules.");
    });

    /// <summary>Waits until no other build of this checkout works on its images, and keeps others waiting until this one ends.</summary>
    public Task LockAsync() => Begin(nameof(LockAsync), "a lock", () =>
    {
        Release(nameof(LockToReadAsync));
        return CheckoutLock.TakeAsync(LockFile, cancellationToken, time: Time);
    });

    /// <summary>As <see cref="LockAsync"/>, for a verb that writes nothing: several may hold it at once, and the folder may be read-only.</summary>
    internal Task LockToReadAsync() => _found.ContainsKey(nameof(LockAsync)) ? LockAsync()
        : Once(nameof(LockToReadAsync), () => CheckoutLock.TakeToReadAsync(LockFile, cancellationToken, Time));

    /// <summary>Lets other builds of the checkout go on.</summary>
    public void Dispose()
    {
        Release(nameof(LockAsync));
        Release(nameof(LockToReadAsync));
    }

    /// <summary>
    /// What is asked for under this name, found once in a build, whoever asks first. A failure is kept too: the second target that asks gets the same
    /// error, not another attempt.
    /// </summary>
    internal T Once<T>(string name, Func<T> find)
    {
        if (!_found.TryGetValue(name, out var found)) _found[name] = found = find();
        return (T)found!;
    }

    /// <summary>As <see cref="Once"/>, of what changes something on the machine: a dry run gets none of it, whatever asks.</summary>
    /// <exception cref="DeliveryException">This is a dry run.</exception>
    internal Task<T> Begin<T>(string name, string what, Func<Task<T>> find) => Once(name, () => !options.DryRun ? find()
        : throw new DeliveryException($"--dry-run changes nothing, and this would need {what}: run it without --dry-run."));

    /// <summary>Somebody has asked for this already.</summary>
    internal bool IsAskedFor(string name) => _found.ContainsKey(name);

    /// <summary>
    /// Whether a dry run has said what this verb would do. The run would have its results by now, such as a published image; the plans of later verbs must not ask for
    /// them, and not take those of an earlier run for them.
    /// </summary>
    /// <typeparam name="TVerb">The verb's class.</typeparam>
    public bool WasPlanned<TVerb>()
        where TVerb : Verb => _planned.Contains(typeof(TVerb));

    /// <summary>A dry run has said what this verb would do.</summary>
    internal void Planned(Verb verb) => _planned.Add(verb.GetType());

    /// <summary>
    /// Looks at what is going to be asked for again. What is found on the way is forgotten, a failure too, because targets until then may change it; in a dry run
    /// nothing does.
    /// </summary>
    internal async Task LookAheadAsync(Func<Task> look)
    {
        var found = _found;
        if (!options.DryRun) _found = new(found);
        try
        {
            await look();
        }
        finally
        {
            _found = found;
        }
    }

    /// <summary>Makes sure that a target can write its results. Nothing is written for that.</summary>
    /// <param name="folders">The folders that it writes to. Others may be another user's, as after a build as root.</param>
    /// <exception cref="DeliveryException">A folder cannot be written; the message names it.</exception>
    public void EnsureMayWriteArtifacts(params IEnumerable<string> folders)
    {
        if (folders.Select(FolderAccess.FindUnwritable).FirstOrDefault(x => x is not null) is not { } obstacle) return;
        throw new DeliveryException(
            $"The build writes its results to {options.Artifacts}, and {obstacle} cannot be written. Give this user write access, or build in a writable copy of the repository.");
    }

    /// <summary>Warns once, however often it is looked at.</summary>
    internal void Warn(string warning) => WriteOnce(LogEventLevel.Warning, warning);

    /// <summary>Writes a line for those who look closely, once, however often it is looked at.</summary>
    internal void Debug(string detail) => WriteOnce(LogEventLevel.Debug, detail);

    /// <summary>Another build of this checkout works on its images: what is there now is not yet what a verb finds that waits for it.</summary>
    internal bool IsBusyElsewhere => CheckoutLock.IsHeld(LockFile);

    private void WriteOnce(LogEventLevel level, string text)
    {
        if (_written.TryAdd((level, text), true)) Log.Write(level, "{Text:l}", text);
    }

    private string LockFile => Path.Combine(options.Artifacts, LockFileName);

    private void Release(string name)
    {
        if (_found.Remove(name, out var found) && found is Task<CheckoutLock?> { IsCompletedSuccessfully: true, Result: var held }) held?.Dispose();
    }

    /// <summary>What tests know beforehand.</summary>
    internal void Know<T>(string name, T found) => _found[name] = found;
}
