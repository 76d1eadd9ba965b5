using Acci.Delivery;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Environments.Files;
using Acci.Environments.Running;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>An image that was published to several registries runs from one of them, and is verified where it is pulled.</summary>
[Collection(nameof(AlteredProcess))]
public sealed class SeveralRegistriesTests(RegistryServer second) : IClassFixture<RegistryServer>, IDisposable
{
    // Nothing listens there.
    private const string First = "127.0.0.1:1/octo";

    private readonly SettingsFolder _settings = new();
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Second => $"{second.Domain}/team";

    public void Dispose()
    {
        _settings.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("first,second", true)]
    [InlineData("second,first", false)]
    [InlineData("second", false)]
    // It was never published there.
    [InlineData("ghcr.example.com/other", true)]
    [InlineData("ghcr.example.com/other,second", false)]
    public async Task It_comes_from_the_first_one_that_is_named_and_has_it_else_from_the_first_of_its_publish(string? registry, bool isFirst)
    {
        var digest = Digest.Of([1]);
        Publish(digest);
        using var docker = new DockerStandIn();
        var named = registry?.Replace("first", First, StringComparison.Ordinal).Replace("second", Second, StringComparison.Ordinal);
        var expected = $"{(isFirst ? First : Second)}/bakery@{digest}";

        foreach (var dryRun in (bool[])[true, false])
        {
            using var context = Context(docker, x => x with { Registry = named, DryRun = dryRun });
            var plan = EnvironmentPlan.Of(_settings.Files, "prod", ProcessEnvironment.Empty);
            Assert.Equal(expected, (await new EnvironmentImages(context, docker.Engine).PlanAsync(plan, Cancellation)).Found["BAKERY_IMAGE"]);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_DeployStack_verifies_is_what_is_pulled(bool isNamed)
    {
        var cosign = new CosignStandIn(_folder.Combine("cosign"));
        var layout = await LayoutBuilder.WriteAttestedAsync(_folder.Combine("layout"));
        using var registry = second.Connect();
        await registry.PushAsync(layout, ImageReference.Parse($"{Second}/bakery"), cancellationToken: Cancellation);
        cosign.Sign([layout.Root.Digest, .. (await layout.ReadPlatformsAsync(Cancellation)).Select(x => x.Manifest.Digest)]);
        Publish(layout.Root.Digest);
        using var docker = new DockerStandIn();
        using var context = Context(docker, x =>
            x with { Registry = isNamed ? Second : null, SignedBy = cosign.PublicKey, RetryBudget = TimeSpan.FromMilliseconds(100) }, cosign);

        var error = await Record.ExceptionAsync(
            () => new NamedImages(context).VerifyAsync(EnvironmentPlan.Of(_settings.Files, "prod", ProcessEnvironment.Empty)));

        if (isNamed) Assert.Null(error);
        else Assert.StartsWith(
            $"{First}/bakery@{layout.Root.Digest} (BAKERY_IMAGE) is not verified, and is not deployed", error?.Message, StringComparison.Ordinal);
    }

    private DeliveryContext Context(DockerStandIn docker, Func<DeliveryOptions, DeliveryOptions> change, CosignStandIn? cosign = null)
    {
        var options = new DeliveryOptions
        {
            Root = _settings.Root, Artifacts = Path.Combine(_settings.Root, "artifacts"), Images = [new("bakery") { Dockerfile = "Dockerfile" }],
        };
        var environment = TestEnvironment.OutsideWorkflows.WithProgramsOf(Path.GetDirectoryName(docker.Engine.Cli)!);
        if (cosign is not null) environment = environment.WithProgramsOf(Path.GetDirectoryName(cosign.Cosign.Executable)!);
        return new DeliveryContext(change(options), Cancellation) { Environment = environment };
    }

    // What the environment takes from others is named; it is not looked for.
    private void Publish(Digest digest)
    {
        var names = "BAKERY_POSTGRES_IMAGE=ghcr.example.com/postgres:15\nBAKERY_REDIS_IMAGE=ghcr.example.com/redis:7\n";
        EnvironmentFile.Write(Path.Combine(_settings.Root, "deploy", "compose", ".env.prod"), names);
        new PublishRecord
        {
            Image = "bakery",
            Digest = digest,
            Repository = $"{First}/bakery",
            Copies = [new PublishedCopy { Repository = $"{Second}/bakery" }],
            Version = "1.2.3",
            Revision = "abc",
            Platforms = [],
            Steps = new Dictionary<PublishStep, StepResult> { [PublishStep.Tag] = new(DateTimeOffset.UnixEpoch, 1, "tagged") },
        }.Write(Path.Combine(_settings.Root, "artifacts", "publish", "bakery.json"));
    }
}
