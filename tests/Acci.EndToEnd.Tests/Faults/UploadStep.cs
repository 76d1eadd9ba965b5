namespace Acci.EndToEnd.Tests.Faults;

/// <summary>UploadSarif, of what ScanImages found.</summary>
public sealed class UploadStep() : GitHubStep("UploadSarif")
{
    public override string Arguments => "UploadSarif --retry-budget 5";

    private string[] Categories => [.. Repository.SarifUploads.Select(x => x.Sarif["runs"]![0]!["automationDetails"]!["id"]!.ToString()).Distinct()];

    public override async Task PrepareAsync(Bench bench)
    {
        await base.PrepareAsync(bench);
        await bench.EnsureScannedAsync();
    }

    // One that got no answer is sent again, and replaces the first.
    public override Task<string?> DamageAsync(Bench bench) =>
        Task.FromResult(Categories.Length > bench.Platforms ? $"{Categories.Length} analyses of {bench.Platforms} reports" : null);

    public override Task<string?> MissingAsync(Bench bench) =>
        Task.FromResult(Categories.Length < bench.Platforms ? $"{Categories.Length} of {bench.Platforms} reports are there" : null);
}
