using Acci.GitHub.StandIn;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.EndToEnd.Tests.Faults;

/// <summary>PruneImages, with one image to delete and one that stays.</summary>
public sealed class PruneStep() : GitHubStep("PruneImages")
{
    private Package _package = null!;
    private string _registry = "";
    private Digest _old;
    private Digest _kept;

    public override string Arguments => $"PruneImages --registry {_registry}/{Repository.Owner} --prune-delete --retry-budget 5";

    public override async Task PrepareAsync(Bench bench)
    {
        await base.PrepareAsync(bench);
        _registry = bench.Registry.Domain;
        _package = bench.GitHub.AddPackage(Repository.Owner, App.Name);
        _old = await PushAsync(bench, "old");
        _kept = await PushAsync(bench, "kept", "1.0.0");
    }

    public override Task<string?> DamageAsync(Bench bench) =>
        Task.FromResult(_package.Versions.Any(x => x.Digest == _kept.ToString() && x.DeletedAt is not null) ? "what is kept was deleted" : null);

    public override Task<string?> MissingAsync(Bench bench) =>
        Task.FromResult(_package.Versions.Any(x => x.Digest == _old.ToString() && x.DeletedAt is null) ? "what is old is still there" : null);

    // An image with all that its index names, a hundred days ago.
    private async Task<Digest> PushAsync(Bench bench, string content, params string[] tags)
    {
        var image = ImageReference.Parse($"{bench.Server.Domain}/{Repository.Owner}/{App.Name}");
        using var folder = new TemporaryFolder();
        using var registry = OciRegistry.Of(image);
        var layout = await LayoutBuilder.WriteOneAsync(folder.Path, content);
        await registry.PushAsync(layout, image);
        foreach (var tag in tags) await registry.PutTagAsync(image, tag, layout.Root.Digest);
        var time = DateTimeOffset.UtcNow.AddDays(-100);
        foreach (var manifest in (await layout.ReadManifestAsync(layout.Root)).Manifests.Select(x => x.Digest.ToString()))
        {
            // The attestations of both are the same.
            if (_package.Versions.All(x => x.Digest != manifest)) _package.AddVersion(manifest, time);
        }

        _package.AddVersion(layout.Root.Digest.ToString(), time, tags);
        return layout.Root.Digest;
    }
}
