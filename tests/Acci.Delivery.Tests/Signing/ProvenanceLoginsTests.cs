using System.Text.Json;
using System.Text.Json.Nodes;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>Everybody who can pull an image reads its provenance.</summary>
public sealed class ProvenanceLoginsTests(RegistryServer server) : IClassFixture<RegistryServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("build-arg:HTTPS_PROXY", "http://ada:secret@proxy.corp:3128", true)]
    [InlineData("build-arg:all_proxy", "http://ada@proxy.corp:3128", true)]
    [InlineData("build-arg:HTTPS_PROXY", "http://proxy.corp:3128", false)]
    // What a Dockerfile says is in the image anyway.
    [InlineData("ENV", "DATABASE_URL=postgres://app:app@db/app", false)]
    [InlineData("RUN", "git clone https://oauth2:$(cat /run/secrets/t)@gitlab.com/o/r", false)]
    [InlineData("label:org.opencontainers.image.authors", "ada@example.com", false)]
    public void A_login_in_a_proxy_is_seen(string name, string value, bool isRefused)
    {
        var arguments = new JsonObject { ["build-arg:http_proxy"] = "http://proxy:3128", [name] = value, ["label:authors"] = "ada@example.com" };
        var statement = new JsonObject { ["buildDefinition"] = new JsonObject { ["steps"] = new JsonArray(new JsonObject { ["args"] = arguments }) } }.ToJsonString();

        var error = Record.Exception(() => ProvenanceLogins.EnsureNone("'app'", "linux/amd64", JsonElement.Parse(statement)));

        Assert.Equal(isRefused, error is DeliveryException);
        if (isRefused) Assert.StartsWith($"'app' does not leave this machine: the provenance of linux/amd64 has a login in {name}", error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://ada:secret@proxy", true)]
    [InlineData("http://proxy", false)]
    public async Task That_of_an_image_in_a_registry_is_read_there(string proxy, bool isRefused)
    {
        using var folder = new TemporaryFolder();
        var layout = await LayoutBuilder.WriteAttestedAsync(folder.Combine("layout"), sources: new JsonObject { ["build-arg:HTTP_PROXY"] = proxy });
        using var registry = server.Connect();
        var repository = ImageReference.Parse($"{server.Domain}/logins-{Guid.NewGuid():n}");
        await registry.PushAsync(layout, repository, null, Cancellation);
        var image = repository.WithDigest(layout.Root.Digest);

        var error = await Record.ExceptionAsync(async () => await ProvenanceLogins.EnsureNoneAsync(registry, image, await registry.GetManifestAsync(image, Cancellation), Cancellation));

        Assert.Equal(isRefused, error is DeliveryException);
    }
}
