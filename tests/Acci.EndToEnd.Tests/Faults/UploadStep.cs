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

    public override Task<string?> DamageAsync(Bench bench) =>
        Task.FromResult(_repository.SarifUploads.Count > bench.Platforms ? $"{_repository.SarifUploads.Count} uploads of {bench.Platforms} reports" : null);

    public override Task<string?> MissingAsync(Bench bench) =>
        Task.FromResult(_repository.SarifUploads.Count < bench.Platforms ? $"{_repository.SarifUploads.Count} of {bench.Platforms} reports are there" : null);
}
