namespace Acci.EndToEnd.Tests.Faults;

/// <summary>PromoteImages, from one repository to another.</summary>
public sealed class PromoteStep() : TagStep("PromoteImages")
{
    private string _arguments = "";

    public override string Arguments => _arguments;

    protected override IReadOnlyList<string> Tags(Bench bench) => ["1.2.3", "stable"];

    public override async Task PrepareAsync(Bench bench)
    {
        await base.PrepareAsync(bench);
        var origin = bench.Published.ToString()[..^(App.Name.Length + 1)].Replace(bench.Server.Domain, bench.Registry.Domain, StringComparison.Ordinal);
        _arguments = $"PromoteImages --registry {bench.Registry.Domain}/{Place} --promote-from-registry {origin} --promote-from {bench.Digest} --promote-to 1.2.3,stable --retry-budget 5";
    }
}
