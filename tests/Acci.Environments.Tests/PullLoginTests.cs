using System.Text.Json.Nodes;
using Acci.Delivery;
using Acci.Delivery.Processes;
using Acci.Environments.Running;
using Acci.Testing;

namespace Acci.Environments.Tests;

// Alone, because another test looks whether any such login is left behind.
[Collection(nameof(AlteredProcess))]
public sealed class PullLoginTests : IDisposable
{
    private static readonly string Image = $"ghcr.example.com/octo/bakery@sha256:{new string('0', 64)}";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_image_is_pulled_with_the_credentials_it_was_published_with_and_none_is_left_behind()
    {
        // The configuration is read while the command runs: afterwards it is gone.
        // With it the contexts, one of which may lead to the engine, and the certificates that they have.
        using var docker = new DockerStandIn($"cp -r \"$2\" '{_folder.Combine("seen")}'");
        Directory.CreateDirectory(_folder.Combine("contexts", "tls"));
        await File.WriteAllTextAsync(_folder.Combine("contexts", "tls", "key.pem"), "the key", Cancellation);
        await File.WriteAllTextAsync(_folder.Combine("config.json"), """{"currentContext":"mine"}""", Cancellation);
        string folder;
        using (var login = await PullLogin.ForAsync(Context("ghcr.example.com/octo"), docker.Engine with { Process = ProcessEnvironment.Empty.With(("DOCKER_CONFIG", _folder.Path)) }, Image))
        {
            Assert.True(login.HasCredentials);
            await CommandRunner.RunAsync(login.Docker("pull", Image), cancellationToken: Cancellation);
            folder = login.Docker().Arguments[1];
        }

        Assert.Equal([$"--config {folder} pull {Image}"], docker.Called);
        var seen = JsonNode.Parse(await File.ReadAllTextAsync(_folder.Combine("seen", "config.json"), Cancellation))!;
        Assert.Equal("YWRhOm9wZW4gc2VzYW1l", (string?)seen["auths"]!["ghcr.example.com"]!["auth"]);
        Assert.Equal("mine", (string?)seen["currentContext"]);
        Assert.Equal("the key", await File.ReadAllTextAsync(_folder.Combine("seen", "contexts", "tls", "key.pem"), Cancellation));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task Another_registry_does_not_get_them()
    {
        using var docker = new DockerStandIn("echo unix:///var/run/docker.sock");

        using var login = await PullLogin.ForAsync(Context("registry.example.com/octo"), docker.Engine, Image);

        Assert.False(login.HasCredentials);
        Assert.Equal(["pull", Image], login.Docker("pull", Image).Arguments);
    }

    [Fact]
    public async Task Docker_Hub_is_logged_in_to_under_the_name_that_docker_has_for_it()
    {
        using var docker = new DockerStandIn("echo unix:///var/run/docker.sock");

        using var login = await PullLogin.ForAsync(Context("docker.io/octo"), docker.Engine, "octo/bakery:1");

        var config = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(login.Docker().Arguments[1], "config.json"), Cancellation))!;
        Assert.Equal(["https://index.docker.io/v1/"], config["auths"]!.AsObject().Select(x => x.Key));
    }

    private DeliveryContext Context(string registry) => new(
        new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Path, Registry = registry, RegistryUser = "ada", RegistryToken = "open sesame", Images = [] }, Cancellation);
}
