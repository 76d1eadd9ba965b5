using Acci.GitHub.StandIn;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.EndToEnd.Tests.Faults;

/// <summary>PruneImages, with one image to delete and one that stays.</summary>
public sealed class PruneStep() : Step("PruneImages")
{
    private Package _package = null!;
    private string _owner = "";
    private string _registry = "";
    private string _api = "";
    private Digest _old;
    private Digest _kept;

    public override string Arguments => $"PruneImages --registry {_registry}/{_owner} --prune-delete --retry-budget 5";

    public override IReadOnlyDictionary<string, string?> Variables => new Dictionary<string, string?>
    {
        ["GITHUB_API_URL"] = _api, ["GITHUB_REPOSITORY"] = $"{_owner}/{App.Name}", ["GITHUB_TOKEN"] = "ghs-of-the-tests",
    };

    public override FaultProxy Network(Bench bench) => bench.Api;

    public override async Task PrepareAsync(Bench bench)
    {
        (_owner, _registry, _api) = ($"octo-{Guid.NewGuid():n}"[..13], bench.Registry.Domain, $"http://{bench.Api.Domain}");
        bench.GitHub.AddRepository($"{_owner}/{App.Name}");
        _package = bench.GitHub.AddPackage(_owner, App.Name);
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
        var image = ImageReference.Parse($"{bench.Server.Domain}/{_owner}/{App.Name}");
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
