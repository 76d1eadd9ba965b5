namespace Acci.EndToEnd.Tests.Faults;

/// <summary>Publish with every step of it, of an image that is in the builder's cache and published nowhere near.</summary>
public sealed class PublishStep() : TagStep("Publish")
{
    private string _registry = "";

    public override string Arguments => $"Publish --republish --registry {_registry} --retry-budget 5";

    protected override IReadOnlyList<string> Tags(Bench bench) => bench.Tags;

    public override async Task PrepareAsync(Bench bench)
    {
        await base.PrepareAsync(bench);
        _registry = $"{bench.Registry.Domain}/{Place}";
    }
}
