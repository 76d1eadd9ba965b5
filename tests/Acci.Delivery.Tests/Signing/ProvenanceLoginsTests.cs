using System.Text;
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
    [InlineData("http://ada:secret@proxy.corp:3128", true)]
    [InlineData("http://ada@proxy.corp:3128", true)]
    [InlineData("http://proxy.corp:3128", false)]
    [InlineData("ssh://git@github.com/octo/app", false)]
    [InlineData("pkg:docker/debian@13?digest=sha256:0123&platform=linux%2Famd64", false)]
    public void A_login_in_a_build_argument_is_seen(string value, bool isRefused)
    {
        var statement = new JsonObject { ["predicate"] = new JsonObject { ["request"] = new JsonObject { ["args"] = new JsonObject { ["build-arg:HTTPS_PROXY"] = value } } } }.ToJsonString();

        var error = Record.Exception(() => ProvenanceLogins.EnsureNone("'app'", Platform.LinuxAmd64, Encoding.UTF8.GetBytes(statement)));

        Assert.Equal(isRefused, error is DeliveryException);
        if (isRefused) Assert.StartsWith("'app' does not leave this machine: the provenance of linux/amd64 has an address with a login in it", error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://ada:secret@github.com/octo/app", true)]
    [InlineData("https://github.com/octo/app", false)]
    public async Task That_of_an_image_in_a_registry_is_read_there(string source, bool isRefused)
    {
        using var folder = new TemporaryFolder();
        var layout = await LayoutBuilder.WriteAttestedAsync(folder.Combine("layout"), sources: new JsonObject { ["source"] = source });
        using var registry = server.Connect();
        var repository = ImageReference.Parse($"{server.Domain}/logins-{Guid.NewGuid():n}");
        await registry.PushAsync(layout, repository, null, Cancellation);
        var image = repository.WithDigest(layout.Root.Digest);

        var error = await Record.ExceptionAsync(async () => await ProvenanceLogins.EnsureNoneAsync(registry, image, await registry.GetManifestAsync(image, Cancellation), Cancellation));

        Assert.Equal(isRefused, error is DeliveryException);
    }
}
