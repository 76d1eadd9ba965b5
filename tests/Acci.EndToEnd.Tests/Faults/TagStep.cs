using Acci.Oci;
using Acci.Oci.Registries;

namespace Acci.EndToEnd.Tests.Faults;

/// <summary>A step that moves tags. One of them is there before, and points at another image.</summary>
public abstract class TagStep(string name) : Step(name)
{
    /// <summary>The repository, without whatever stands before its registry.</summary>
    protected ImageReference Behind { get; private set; } = null!;

    /// <summary>The name of the repository's part before the image.</summary>
    protected string Place { get; private set; } = "";

    /// <summary>The tags that move, by their image.</summary>
    protected abstract IReadOnlyList<string> Tags(Bench bench);

    public override async Task PrepareAsync(Bench bench)
    {
        Place = $"{Name.ToLowerInvariant()}-{Guid.NewGuid():n}"[..24];
        Behind = ImageReference.Parse($"{bench.Server.Domain}/{Place}/{App.Name}");
        using var registry = OciRegistry.Of(Behind);
        await registry.CopyAsync(bench.Published.WithDigest(bench.Other), registry, Behind, leftOut: []);
        await registry.PutTagAsync(Behind, Tags(bench)[^1], bench.Other);
    }

    public override async Task<string?> DamageAsync(Bench bench)
    {
        using var registry = OciRegistry.Of(Behind);
        foreach (var (tag, before) in Before(bench))
        {
            var at = (await registry.FindAsync(Behind.WithTag(tag)))?.Digest;
            if (at == before) continue;
            if (at != bench.Digest) return $"{tag} points at {at?.ToString() ?? "nothing"}";
            if (!await bench.IsSignedAsync(Behind.WithDigest(bench.Digest))) return $"{tag} points at {at}, which is not signed there";
        }

        return null;
    }

    public override async Task<string?> MissingAsync(Bench bench)
    {
        using var registry = OciRegistry.Of(Behind);
        foreach (var tag in Tags(bench))
        {
            if ((await registry.FindAsync(Behind.WithTag(tag)))?.Digest != bench.Digest) return $"{tag} does not point at the image";
        }

        return null;
    }

    public override async Task<bool?> IsUntouchedAsync(Bench bench)
    {
        using var registry = OciRegistry.Of(Behind);
        foreach (var (tag, before) in Before(bench))
        {
            if ((await registry.FindAsync(Behind.WithTag(tag)))?.Digest != before) return false;
        }

        return true;
    }

    private IEnumerable<(string Tag, Digest? Before)> Before(Bench bench) =>
        Tags(bench).Index().Select(x => (x.Item, x.Index == Tags(bench).Count - 1 ? (Digest?)bench.Other : null));
}
