using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Acci.Generation.RunConfigurations;
using Nuke.Common;
using Assert = Xunit.Assert;

namespace Acci.Components.Tests;

/// <summary>A component that is taken alone brings the parameters that its target reads, and no others.</summary>
public sealed partial class SingleComponentTests : IDisposable
{
    private const string Pruning =
        "dry-run github-token prune-delete prune-keep-days prune-keep-tags prune-keep-versions registry registry-token registry-user retry-budget";
    private const string Signer = "signed-by signed-by-issuer signed-by-repository signing-key signing-password sigstore-signing-config sigstore-trusted-root";
    private const string Building = "allow-dirty builder-nodes cache dry-run image-mirror no-cache platforms registry registry-token registry-user republish retry-budget";

    private readonly string _root = Directory.CreateTempSubdirectory("single-").FullName;

    public static TheoryData<Type, string> Verbs => new()
    {
        { typeof(IBuildImages), Building },
        { typeof(ICheckImages), "dry-run image-mirror platforms registry" },
        { typeof(IClean), "dry-run" },
        { typeof(IComposeDown), "delete-volumes dry-run environment image-mirror" },
        { typeof(IComposeLogs), "dry-run environment follow image-mirror" },
        { typeof(IComposeUp), "dry-run engine-host environment image-mirror registry registry-token registry-user retry-budget" },
        { typeof(ICreateRelease), "allow-dirty dry-run github-token keyless retry-budget " + Signer },
        { typeof(IDeployStack), "allow-dirty dry-run environment image-mirror keyless registry registry-token registry-user retry-budget " + Signer },
        { typeof(IDoctor), "dry-run" },
        { typeof(IGenerateBakeFile), "dry-run" },
        { typeof(IGenerateCompose), "dry-run" },
        { typeof(IGenerateRunConfigurations), "dry-run" },
        { typeof(IGenerateWorkflows), "dry-run" },
        { typeof(IPack), "dry-run" },
        {
            typeof(IPromoteImages),
            "allow-dirty dry-run image-mirror keyless promote-allow-older promote-from promote-from-registry promote-replace-version promote-rollback "
            + $"promote-to registry registry-token registry-user retry-budget {Signer} tag-flavor tag-rules"
        },
        { typeof(IPruneImages), Pruning },
        {
            typeof(IPublishImages),
            "allow-dirty allow-older builder-nodes cache dry-run engine-host ignore-file ignore-unfixed image-mirror keyless no-cache platforms "
            + "registry registry-token registry-user replace-version republish require-scan retry-budget scan-databases scan-image scan-offline severity "
            + $"{Signer} tag-flavor tag-rules vex"
        },
        {
            typeof(IRescanImages),
            "dry-run github-token ignore-file ignore-unfixed image-mirror registry registry-token registry-user retry-budget scan-databases scan-image scan-offline "
            + "severity vex"
        },
        {
            typeof(IScanImages),
            "dry-run ignore-file ignore-unfixed image-mirror registry registry-token registry-user require-scan retry-budget scan-databases scan-image scan-offline "
            + "severity vex"
        },
        {
            typeof(ISignImages),
            "allow-dirty dry-run image-mirror keyless registry registry-token registry-user require-scan retry-budget signing-key signing-password "
            + "sigstore-signing-config sigstore-trusted-root"
        },
        { typeof(ISmokeTestImages), Building.Replace("dry-run", "dry-run engine-host", StringComparison.Ordinal) },
        { typeof(IStopEngine), "dry-run purge-engine" },
        { typeof(ITestWithSummary), "configuration coverage ignore-failed-sources solution test-filter" },
        { typeof(IUpdateLocks), "dry-run github-token locks-minimum-age retry-budget" },
        { typeof(IUploadSarif), "dry-run github-token retry-budget sarif-files" },
        { typeof(IVerifyGenerated), "dry-run" },
        { typeof(IVerifyImages), "dry-run image-mirror keyless registry registry-token registry-user retry-budget " + Signer },
        { typeof(IWriteAdmissionPolicy), "dry-run keyless registry " + Signer },
    };

    public SingleComponentTests() => Directory.CreateDirectory(Path.Combine(_root, ".nuke"));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [MemberData(nameof(Verbs), DisableDiscoveryEnumeration = true)]
    public void A_verb_has_its_own_parameters(Type component, string parameters) =>
        Assert.Equal(parameters, Typed(Parameters.Of(component).Values.OfType<MemberInfo>()));

    [Fact]
    public void Every_verb_is_in_the_list()
    {
        var verbs = typeof(DeliveryBuild).Assembly.GetExportedTypes()
            .Where(x => x.IsInterface && (x == typeof(ITestWithSummary) || x.GetProperties().Any(property => property.PropertyType == typeof(Target))));

        Assert.Equal(verbs.OrderBy(x => x.Name, StringComparer.Ordinal), Verbs.Select(x => x.Data.Item1));
    }

    [Fact]
    public async Task A_build_that_only_prunes_shows_nothing_else()
    {
        var help = await RunAsync("--help");
        var generated = await RunAsync("GenerateRunConfigurations");
        Assert.Equal((0, 0), (help.ExitCode, generated.ExitCode));

        // The engine's own parameters come second.
        var listed = help.Output.Split("Parameters:\n")[1].Split("\n\n")[0];
        Assert.Equal(Pruning, string.Join(' ', Option().Matches(listed).Select(x => x.Groups["name"].Value)));
        using var schema = JsonDocument.Parse(await ReadAsync(".nuke", "build.schema.json"));
        var properties = schema.RootElement.GetProperty("allOf")[0].GetProperty("properties").EnumerateObject();
        Assert.Equal(Pruning, string.Join(' ', properties.Select(x => BuildParameter.Typed(x.Name)).Order(StringComparer.Ordinal)));
        var engines = Parameters.Of(typeof(DeliveryBuild)).Values.OfType<MemberInfo>().Select(x => BuildParameter.Typed(Parameters.NameOf(x)));
        var completed = Regex.Match(await ReadAsync("build", "completions", "build.bash"), "-\\*\\) words='([^']*)'").Groups[1].Value.Split(' ');
        Assert.Equal(Pruning, string.Join(' ', completed.Select(x => x[2..]).Except(engines).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_build_that_only_prunes_runs()
    {
        var run = await RunAsync("PruneImages");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("[ERR] PruneImages deletes versions of packages in GitHub's container registry: name it", run.Output, StringComparison.Ordinal);
        run = await RunAsync("PruneImages", "--scan-image", "x");
        Assert.Equal((2, "error: there is no parameter '--scan-image'. All are listed by --help."), (run.ExitCode, run.Errors));
        run = await RunAsync("PruneImages", "--prune-keep-days", "0");
        Assert.Equal((2, "error: --prune-keep-days cannot be '0': it has to be from 1 to 36500."), (run.ExitCode, run.Errors));
        run = await RunAsync("PruneImages", "--prune-keep-tags", "/(/");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--prune-keep-tags: '/(/' is not a regular expression", run.Output, StringComparison.Ordinal);
    }

    private Task<BuildRun> RunAsync(params string[] arguments) =>
        BuildRun.StartAsync(BuildRun.Build, _root, arguments, new Dictionary<string, string> { ["SAMPLE_BUILD"] = "PruneBuild" });

    private Task<string> ReadAsync(params string[] path) =>
        File.ReadAllTextAsync(Path.Combine([_root, .. path]), TestContext.Current.CancellationToken);

    private static string Typed(IEnumerable<MemberInfo> parameters) =>
        string.Join(' ', parameters.Select(x => BuildParameter.Typed(Parameters.NameOf(x))).Order(StringComparer.Ordinal));

    [GeneratedRegex("^  --(?<name>[a-z-]+) ", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Option();
}
