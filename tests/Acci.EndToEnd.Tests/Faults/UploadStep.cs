using Acci.GitHub.StandIn;
using Acci.Testing;

namespace Acci.EndToEnd.Tests.Faults;

/// <summary>UploadSarif, of what ScanImages found.</summary>
public sealed class UploadStep() : Step("UploadSarif")
{
    private Repository _repository = null!;
    private string _name = "";
    private string _api = "";

    public override string Arguments => "UploadSarif --retry-budget 5";

    public override IReadOnlyDictionary<string, string?> Variables => new Dictionary<string, string?>
    {
        ["GITHUB_API_URL"] = _api, ["GITHUB_REPOSITORY"] = _name, ["GITHUB_TOKEN"] = "ghs-of-the-tests",
    };

    public override FaultProxy Network(Bench bench) => bench.Api;

    public override async Task PrepareAsync(Bench bench)
    {
        _name = $"octo/{Guid.NewGuid():n}"[..20];
        _api = $"http://{bench.Api.Domain}";
        _repository = bench.GitHub.AddRepository(_name);
        await bench.EnsureScannedAsync();
    }

    // One that got no answer is sent again, and replaces the first.
    public override Task<string?> DamageAsync(Bench bench) =>
        Task.FromResult(Categories.Length > bench.Platforms ? $"{Categories.Length} analyses of {bench.Platforms} reports" : null);

    public override Task<string?> MissingAsync(Bench bench) =>
        Task.FromResult(Categories.Length < bench.Platforms ? $"{Categories.Length} of {bench.Platforms} reports are there" : null);

    private string[] Categories => [.. _repository.SarifUploads.Select(x => x.Sarif["runs"]![0]!["automationDetails"]!["id"]!.ToString()).Distinct()];
}
