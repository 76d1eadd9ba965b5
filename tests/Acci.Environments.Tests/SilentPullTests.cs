using Acci.Delivery;
using Acci.Delivery.Processes;
using Acci.Environments.Files;
using Acci.Environments.Running;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Environments.Tests;

public sealed class SilentPullTests(RegistryServer mirror) : IClassFixture<RegistryServer>, IDisposable
{
    private readonly SettingsFolder _settings = new();
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _settings.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_registry_that_falls_silent_under_a_pull_ends_it()
    {
        var image = $"127.0.0.1:5600/bakery@{Digest.Of([1])}";
        foreach (var upstream in (string[])["library/postgres:15", "library/redis:7"]) await PushAsync(upstream);
        using var silence = new SilenceClock(TimeSpan.FromMinutes(1));
        var asked = _folder.Combine("asked");
        // At the first question it still answers. The second begins while the clock moves, which may miss one sign of it.
        using var docker = new DockerStandIn($$"""
            case "$*" in
                pull*{{Digest.Of([1])}}) {{silence.Hangs}} ;;
                pull*/bakery@*) if [ -e '{{asked}}' ]; then while :; do {{silence.Lasts}}; done; fi; touch '{{asked}}'; exit 1 ;;
                pull*|"image inspect"*) exit 1 ;;
            esac
            """);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => FindAsync(docker, image, silence.Time).WaitAsync(TimeSpan.FromMinutes(1), Cancellation));

        Assert.StartsWith($"{image} is in a registry on this machine's loopback, and {docker.Engine} cannot pull it from there (it gets no answer any more). Publish it with --registry", error.Message, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyDictionary<string, string>> FindAsync(DockerStandIn docker, string app, TimeProvider time)
    {
        foreach (var folder in (string[])["locks", "compose"]) Directory.CreateDirectory(Path.Combine(_settings.Root, "deploy", folder));
        await File.WriteAllTextAsync(Path.Combine(_settings.Root, "deploy", "locks", "images.json"), "{}", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(_settings.Root, "deploy", "compose", ".env.prod"), $"BAKERY_IMAGE={app}\n", Cancellation);
        using var context = new DeliveryContext(
            new DeliveryOptions { Root = _settings.Root, Artifacts = Path.Combine(_settings.Root, "artifacts"), ImageMirror = mirror.Domain, Images = [] }, Cancellation) { Time = time };
        return await new EnvironmentImages(context, docker.Engine with { Time = time }).FindAsync(EnvironmentPlan.Of(_settings.Files, "prod", ProcessEnvironment.Read()), Cancellation);
    }

    private async Task PushAsync(string path)
    {
        var layout = await LayoutBuilder.WriteSmallAsync(_folder.Combine(path.Split('/', ':')[1]));
        var name = ImageReference.Parse($"{mirror.Domain}/{path}");
        using var registry = mirror.Connect();
        await registry.PushAsync(layout, name, cancellationToken: Cancellation);
        await registry.PutTagAsync(name, name.Tag!, layout.Root.Digest, Cancellation);
    }
}
