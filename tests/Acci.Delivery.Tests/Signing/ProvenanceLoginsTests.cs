using System.Text;
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
    [InlineData("build-arg:HTTPS_PROXY", "http://ada:s3cr3t@proxy.corp:3128", true)]
    [InlineData("build-arg:all_proxy", "http://ada@proxy.corp:3128", true)]
    [InlineData("build-arg:HTTPS_PROXY", "ada:s3cr3t@proxy.corp:3128", true)]
    [InlineData("build-arg:HTTPS_PROXY", "http://proxy.corp:3128", false)]
    [InlineData("build-arg:no_proxy", "localhost,.corp", false)]
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

    // In base64 of either alphabet, with padding and without, as JSON, or in no way that is known.
    [Theory]
    [InlineData("base64", "http://ada:s3cr3t@proxy?>>>", "has a login in build-arg:HTTP_PROXY")]
    [InlineData("base64url", "http://ada:s3cr3t@proxy?>>>", "has a login in build-arg:HTTP_PROXY")]
    [InlineData("lines", "http://ada:s3cr3t@proxy?>>>", "has a login in build-arg:HTTP_PROXY")]
    [InlineData("json", "http://ada:s3cr3t@proxy", "has a login in build-arg:HTTP_PROXY")]
    [InlineData("base64url", "http://proxy?>>>", null)]
    [InlineData("json", "http://proxy", null)]
    [InlineData("text", "", "has a payload that cannot be read, so it may have a login in it")]
    public void A_payload_is_read_in_each_form_that_it_may_have(string form, string proxy, string? problem)
    {
        var inside = Encoding.UTF8.GetBytes($$"""{"build-arg:HTTP_PROXY":"{{proxy}}"}""");
        var payload = form switch
        {
            "base64" => Convert.ToBase64String(inside),
            "lines" => $"{Convert.ToBase64String(inside, Base64FormattingOptions.InsertLineBreaks)}\n",
            "base64url" => Convert.ToBase64String(inside).TrimEnd('=').Replace('+', '-').Replace('/', '_'),
            "json" => Encoding.UTF8.GetString(inside),
            _ => "!",
        };
        var statement = JsonElement.Parse(new JsonObject { ["event"] = new JsonObject { ["payload"] = payload } }.ToJsonString());

        var error = Record.Exception(() => ProvenanceLogins.EnsureNone("'app'", "linux/amd64", statement));

        Assert.Equal(problem is not null, error is DeliveryException);
        if (problem is not null) Assert.Contains(problem, error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://ada:s3cr3t@proxy", true)]
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

    [Theory]
    [InlineData("the image", "http://ada:s3cr3t@proxy", true)]
    [InlineData("its platform", "http://ada:s3cr3t@proxy", true)]
    [InlineData("its platform, promoted alone", "http://ada:s3cr3t@proxy", true)]
    [InlineData("its platform", "http://proxy", false)]
    public async Task Also_what_an_earlier_build_of_the_same_bytes_was_attested_with_is_read(string place, string proxy, bool isRefused)
    {
        using var folder = new TemporaryFolder();
        var layout = await LayoutBuilder.WriteAttestedAsync(folder.Combine("layout"));
        using var registry = server.Connect();
        var repository = ImageReference.Parse($"{server.Domain}/logins-{Guid.NewGuid():n}");
        await registry.PushAsync(layout, repository, null, Cancellation);
        var image = repository.WithDigest(layout.Root.Digest);
        var platform = repository.WithDigest((await layout.ReadPlatformsAsync(Cancellation)).Single().Manifest.Digest);
        var subject = place == "the image" ? image : platform;
        await DamagedReferrer.PutAsync(
            registry, subject, "an attestation", "application/vnd.dev.sigstore.bundle.v0.3+json",
            new JsonObject { ["dev.sigstore.bundle.predicateType"] = PredicateType.Provenance.Uri }, Cancellation, Attestation(subject.Digest!.Value, proxy));
        var promoted = place == "its platform, promoted alone" ? platform : image;

        var error = await Record.ExceptionAsync(
            async () => await ProvenanceLogins.EnsureNoneAsync(registry, promoted, await registry.GetManifestAsync(promoted, Cancellation), Cancellation));

        Assert.Equal(isRefused, error is DeliveryException);
        if (isRefused) Assert.Contains("has a login in build-arg:HTTP_PROXY", error!.Message, StringComparison.Ordinal);
    }

    // It is copied with the image all the same.
    [Fact]
    public async Task One_beside_the_image_that_cannot_be_read_is_refused()
    {
        using var folder = new TemporaryFolder();
        var layout = await LayoutBuilder.WriteAttestedAsync(folder.Combine("layout"));
        using var registry = server.Connect();
        var repository = ImageReference.Parse($"{server.Domain}/logins-{Guid.NewGuid():n}");
        await registry.PushAsync(layout, repository, null, Cancellation);
        var image = repository.WithDigest(layout.Root.Digest);
        const string type = "application/vnd.dev.sigstore.bundle.v0.3+json";
        const string said = $$$"""{"mediaType":"{{{type}}}","verificationMaterial":{"publicKey":{"hint":"one"}},"dsseEnvelope":{"payload":"e30="}}""";
        var annotations = new JsonObject { ["dev.sigstore.bundle.content"] = "dsse-envelope", ["dev.sigstore.bundle.predicateType"] = PredicateType.Provenance.Uri };
        await DamagedReferrer.PutAsync(registry, image, "invalid", type, annotations, Cancellation, said);

        var error = await Assert.ThrowsAsync<DeliveryException>(async () => await ProvenanceLogins.EnsureNoneAsync(registry, image, await registry.GetManifestAsync(image, Cancellation), Cancellation));

        Assert.StartsWith($"{image} does not leave this machine: a provenance beside it, of the image, cannot be read", error.Message, StringComparison.Ordinal);
    }

    private static string Attestation(Digest subject, string proxy)
    {
        var statement = new JsonObject
        {
            ["predicateType"] = PredicateType.Provenance.Uri,
            ["subject"] = new JsonArray(new JsonObject { ["digest"] = new JsonObject { ["sha256"] = $"{subject}"["sha256:".Length..] } }),
            ["predicate"] = new JsonObject { ["buildDefinition"] = new JsonObject { ["build-arg:HTTP_PROXY"] = proxy } },
        };
        return new JsonObject
        {
            ["verificationMaterial"] = new JsonObject { ["publicKey"] = new JsonObject { ["hint"] = "a key" } },
            ["dsseEnvelope"] = new JsonObject { ["payload"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(statement.ToJsonString())) },
        }.ToJsonString();
    }
}
