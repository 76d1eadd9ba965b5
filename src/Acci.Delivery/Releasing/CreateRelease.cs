using System.Text;
using Acci.Delivery.Engines;
using Acci.Delivery.GitHub;
using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Registries;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Layouts;
using NuGet.Versioning;
using Serilog;

namespace Acci.Delivery.Releasing;

/// <summary>
/// Makes the GitHub release of what was published from a version tag, with bills of materials, provenance, signatures and what these are verified with (the
/// public key, or the trusted root of a Sigstore of one's own), or brings it up to date.
/// </summary>
/// <param name="context">What the targets of the build share.</param>
public sealed class CreateRelease(DeliveryContext context) : Verb
{
    private readonly ImageFiles _files = new(context.Options);

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">The commit has no version tag, or GitHub cannot be asked.</exception>
    public override async Task PrepareAsync(DeliveryScope scope)
    {
        var (tag, _) = TagOf(await context.FactsAsync());
        var gitHub = await context.GitHubAsync();
        gitHub.EnsureHasToken($"make the release {tag} of {gitHub.Repository}", "contents: write");
    }

    /// <inheritdoc/>
    public override async Task PlanAsync()
    {
        var gitHub = await context.GitHubAsync();
        var facts = await context.FactsAsync();
        var (tag, version) = TagOf(facts);
        if (!context.Options.Images.All(image => IsPublished(image, facts.Sha)))
        {
            Log.Information(
                "Would release {Tag:l} of {Repository:l} once it is published; then a dry run can say what the release has",
                tag, gitHub.Repository.ToString());
            return;
        }

        var content = await ContentAsync(gitHub, tag, version, facts.Sha);
        Log.Information(
            "The {Kind:l} {Tag:l} of {Repository:l} would have these files:",
            version.IsPrerelease ? "pre-release" : "release", tag, gitHub.Repository.ToString());
        foreach (var asset in content.Assets)
            Log.Information("  {Name:l}  {Size} bytes, {Digest:l}", asset.Name, asset.Content.Length, asset.Digest.ToString());
        Log.Information("and the bundles of signatures and attestations (.sigstore.json), which a dry run does not fetch");
        Log.Information("and begin with:\n{Text:l}", content.BodyWith($"What changed, as {gitHub.Server} lists it."));
    }

    /// <inheritdoc/>
    /// <exception cref="DeliveryException">The commit has no version tag, or not every image was published from it; or GitHub refused.</exception>
    public override async Task RunAsync()
    {
        var gitHub = await context.GitHubAsync();
        var facts = await context.FactsAsync();
        var (tag, version) = TagOf(facts);
        var content = await ContentAsync(gitHub, tag, version, facts.Sha);
        Log.Information("Released: {Page:l}", (await new Releases(gitHub) { VersionTagPrefix = facts.VersionTagPrefix }.PublishAsync(content, context.CancellationToken)).ToString());
    }

    private bool IsPublished(ImageDefinition image, string revision) =>
        PublishRecord.Read(_files.RecordOf(image)) is { } record && record.Revision == revision && record.Steps.ContainsKey(PublishStep.Tag);

    private static (string Tag, SemanticVersion Version) TagOf(BuildFacts facts) =>
        facts.Tag is { } tag && tag.StartsWith(facts.VersionTagPrefix, StringComparison.Ordinal)
        && SemanticVersion.TryParse(tag[facts.VersionTagPrefix.Length..], out var version)
            ? (tag, version)
            : throw new DeliveryException(
                $"A release is made of a commit with a version tag, and {(facts.Ref.Length > 0 ? facts.Ref : "what is checked out")} is none: "
                + $"git tag {facts.VersionTagPrefix}1.2.3, push it, and Publish it first.");

    private async Task<ReleaseContent> ContentAsync(GitHubConnection gitHub, string tag, SemanticVersion version, string revision)
    {
        var isThisMachine = gitHub.Server.Api.IsLoopback;
        var policy = DeparturePolicy.Of(context, gitHub.Server.ToString(), isThisMachine);
        var images = new StringBuilder();
        var assets = new List<ReleaseAsset>();
        var sigstore = SigstoreFiles.Of(context.Options);
        var isOwnSigstore = SigstoreService.NeedsOwnRoot(sigstore, context.Environment);
        var trust = new Dictionary<string, ReleaseAsset>();
        await context.ForEachImageAsync(async (image, publish) =>
        {
            var layout = await context.LayoutAsync(image, publish.Record);
            var root = await layout.ReadManifestAsync(layout.Root, context.CancellationToken);
            policy.EnsureMayBeReleased(publish.Record, root, tag, version.ToFullString(), revision);
            var expected = await context.PublishersSignerAsync(publish.Record.SignedBy);
            var places = new List<(ImageReference Image, PublishRecord Record, ExpectedSigner Signer)>();
            // A registry of this machine is nothing for the readers of a release elsewhere.
            foreach (var place in publish.References.Where(x => isThisMachine || !new Destination(x.Domain!, "").IsLoopback))
            {
                var record = publish.Record.In(place.Repository);
                // A dry run starts nothing, cosign included.
                var spelled = context.Options.DryRun ? expected : (await context.EnsureSignedByAsync(image, publish, expected, ", and is not released", place)).Signer;
                places.Add((place, context.Options.DryRun ? record : record with { Tags = await TagsAsync(image, record) }, spelled));
            }

            // Files of the release are those of the first one.
            var signer = places[0].Signer;

            assets.AddRange(await ReadStatementsAsync(image, layout, version));
            if (!context.Options.DryRun) assets.AddRange(await ReadBundlesAsync(image, publish.Record, places[0].Image, layout, signer, version));
            if (signer is ExpectedSigner.PublicKey { File: var file })
                trust[ReadersCommand.KeyName] = new ReleaseAsset(ReadersCommand.KeyName, "application/x-pem-file", Encoding.ASCII.GetBytes(PublicKeyFile.Read(file)));
            else if (isOwnSigstore && ReadTrustedRoot(sigstore) is { } content)
                trust[ReadersCommand.RootName] = new ReleaseAsset(ReadersCommand.RootName, "application/json", content);
            var hasRoot = trust.ContainsKey(ReadersCommand.RootName);
            var getsRoot = context.Options.DryRun && isOwnSigstore && !hasRoot && signer is ExpectedSigner.Workflow;
            if (getsRoot) Log.Information("Would attach {Name:l} (cosign downloads it through TUF during verification)", ReadersCommand.RootName);
            var files = $"https://{gitHub.Server.Host}/{gitHub.Repository}/releases/download/{tag}";
            foreach (var place in places)
            {
                var access = await context.AccessOfProgramsAsync(place.Image.Domain!);
                images.AppendLine(Describe(image, place.Record, place.Image, place.Signer, files, isOwnSigstore, hasRoot || getsRoot, access));
            }
        });
        assets.AddRange(trust.Values);
        return new ReleaseContent { Tag = tag, Revision = revision, Version = version, Images = images.ToString(), Assets = assets };
    }

    // cosign replaces one that is damaged when it verifies, which it has done by now, but not in a dry run.
    private byte[]? ReadTrustedRoot(SigstoreFiles sigstore) => sigstore.ReadTrustedRoot()
        ?? (context.Options.DryRun ? TufCache.TryReadTrustedRoot(context.Environment) : TufCache.ReadTrustedRoot(context.Environment));

    private async Task<IEnumerable<ReleaseAsset>> ReadStatementsAsync(ImageDefinition image, OciLayout layout, SemanticVersion version)
    {
        var assets = new List<ReleaseAsset>();
        foreach (var platform in await layout.ReadPlatformsAsync(context.CancellationToken))
        {
            var name = $"{NameOf(image, version)}-{platform.Platform.Slug}";
            assets.AddRange(from statement in await InTotoStatement.ReadAsync(layout, platform, context.CancellationToken)
                select statement.Type == PredicateType.Spdx
                    ? new ReleaseAsset($"{name}.spdx.json", "application/spdx+json", Encoding.UTF8.GetBytes(statement.Predicate.GetRawText()))
                    : new ReleaseAsset($"{name}.provenance.json", "application/vnd.in-toto+json", statement.Content));
        }

        return assets;
    }

    private async Task<IReadOnlyList<ReleaseAsset>> ReadBundlesAsync(
        ImageDefinition image, PublishRecord record, ImageReference place, OciLayout layout, ExpectedSigner signer, SemanticVersion version)
    {
        var name = NameOf(image, version);
        var platforms = from platform in await layout.ReadPlatformsAsync(context.CancellationToken) select (platform.Manifest.Digest, $"{name}-{platform.Platform.Slug}");
        using var registry = context.Connect(place.Domain!);
        return await new SignatureBundles(registry, signer, await context.VerifierAsync(), record.Revision)
            .ReadAsync(place, platforms, name, context.CancellationToken);
    }

    private static string NameOf(ImageDefinition image, SemanticVersion version) => $"{image.Name}-{version.ToFullString().Replace('+', '-')}";

    // What the release says of an image is asked where the image is: the record of its publish may be anything by now.
    private async Task<IReadOnlyList<string>> TagsAsync(ImageDefinition image, PublishRecord record)
    {
        var repository = ImageReference.Parse(record.Repository);
        using var registry = context.Connect(repository.Domain!);
        var tags = new List<string>();
        foreach (var tag in record.Tags)
        {
            var at = await registry.FindAsync(repository.WithTag(tag), context.CancellationToken);
            if (at?.Digest == record.Digest) tags.Add(tag);
            else Log.Warning("{Image}: the tag {Tag:l} has moved since, so the release does not name it", image.Name, tag);
        }

        return tags.Count > 0 ? tags : throw new DeliveryException(
            $"'{image.Name}' is not published: no tag of {record.Repository} points at {record.Digest}. Run Publish first.");
    }

    // Commands for those who read the release: their own cosign and docker, and the key from the release itself. Who signed has just been verified:
    // another workflow may make the release than published, and needs nothing to sign with.
    private static string Describe(
        ImageDefinition image, PublishRecord record, ImageReference place, ExpectedSigner signer, string files, bool isOwnSigstore, bool hasTrustedRoot, RegistryAccess access)
    {
        var verify = ReadersCommand.OfRelease(signer, place, isOwnSigstore, files, hasTrustedRoot, access);
        var run = new Command("docker", PublishSummary.RunArguments(image, place));
        return new PublishSummary(record, verify, run.ToString()).ToMarkdown();
    }
}
