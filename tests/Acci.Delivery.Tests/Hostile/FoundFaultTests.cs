using System.Net;
using Acci.Delivery.Engines;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Pruning;
using Acci.Delivery.Registries;
using Acci.Delivery.Sarif;
using Acci.Delivery.Scanning;
using Acci.Generation;
using Acci.Generation.Workflows;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Delivery.Tests.Hostile;

/// <summary>Inputs that once ended in an error of .NET, or in no end.</summary>
public sealed class FoundFaultTests : IDisposable
{
    private static readonly string Sha = $"sha256:{new string('a', 64)}";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{ "auths": {}, "auths": {} }""")]
    [InlineData("""{ "credsStore": "\ud800" }""")]
    public void A_configuration_of_docker_that_cannot_be_copied_is_named(string content)
    {
        var file = Write("config.json", content);

        var error = Assert.Throws<DeliveryException>(() => new TemporaryLogin("ghcr.io", new Credentials("ada", "s3cr3t", "a test"), Path.GetDirectoryName(file)));

        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_with_half_of_a_surrogate_pair_is_named()
    {
        var file = Write("event.json", """{ "repository": { "name": "\ud800" } }""");

        var error = Assert.Throws<DeliveryException>(() => GitHubFacts.Read(new Dictionary<string, string> { ["GITHUB_EVENT_PATH"] = file }, DateTimeOffset.UnixEpoch));

        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "version": "2.1.0", "runs": [ { "\ud800": 1 } ] }""", "runs[0]")]
    [InlineData("""{ "version": "2.1.0", "runs": [ { "tool": { "driver": { "name": "t" } }, "properties": { "tags": [ "\ud800", "a" ] } } ] }""", "runs[0].properties.tags[0]")]
    public void A_report_with_half_of_a_surrogate_pair_is_named_with_the_place(string content, string place)
    {
        var file = Write("report.sarif", content);

        var error = Assert.Throws<DeliveryException>(() => SarifReader.Read(file, _ => { }));

        Assert.Equal($"{file} is not SARIF 2.1.0:\n    line 1, {place}: a text with half a surrogate pair in it", error.Message.Split("\n    line 1, runs[0]: 'tool'")[0]);
    }

    [Fact]
    public async Task A_layout_with_an_annotation_that_is_null_is_named()
    {
        Write("oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        var file = Write("index.json", $$"""{ "manifests": [ { "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "{{Sha}}", "size": 7, "annotations": { "a": null } } ] }""");

        var error = await Assert.ThrowsAsync<DeliveryException>(() => OciLayout.OpenAsync(Path.GetDirectoryName(file)!, Cancellation));

        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void So_is_one_of_what_a_manifest_refers_to()
    {
        var content = System.Text.Encoding.UTF8.GetBytes($$"""{ "manifests": [], "subject": { "mediaType": "a", "digest": "{{Sha}}", "size": 7, "annotations": { "a": null } } }""");

        Assert.Throws<DeliveryException>(() => Manifest.Parse(content, MediaTypes.ImageIndex, "it"));
    }

    [Fact]
    public void Locks_of_what_has_no_such_name_are_refused_by_the_file()
    {
        var (images, actions) = (Write("images.json", """{ "Upper:1": null }"""), Write("actions.json", """{ "a/b": { "version": "v1", "commit": "c" } }"""));

        Assert.Contains(images, Assert.Throws<DeliveryException>(() => ImageLocks.Read(images)).Message, StringComparison.Ordinal);
        Assert.Contains(actions, Assert.Throws<GenerationException>(() => ActionLocks.Read(actions)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tool_without_archives_has_none() =>
        Assert.Empty(ToolLocks.Read(Write("tools.json", """{ "trivy": { "version": "0.70.0" } }""")).Trivy!.Archives);

    [Fact]
    public void Patterns_of_any_length_are_not_compiled()
    {
        Assert.Null(PathPattern.TryParse(new string('a', 5000)));
        Assert.Throws<DeliveryException>(() => TagPattern.Parse(new string('*', 5000)));
    }

    [Theory]
    [InlineData("""{ "token": "a\r\nb" }""")]
    [InlineData("""{ "token": "größer" }""")]
    public async Task A_token_that_no_header_can_carry_is_none(string token)
    {
        var error = await Assert.ThrowsAsync<DeliveryException>(() => TagsAsync("""{ "tags": [] }""", token));

        Assert.Contains("something that is no token", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_for_ever_is_one_for_a_day() => Assert.Empty(await TagsAsync("""{ "tags": [] }""", """{ "token": "a", "expires_in": 1e300 }"""));

    [Theory]
    [InlineData("""{ "tags": [ null ] }""", null)]
    [InlineData("""{ "tags": [] }""", "<http://[>; rel=\"next\"")]
    public async Task A_list_of_tags_that_is_none_is_refused(string body, string? link) =>
        await Assert.ThrowsAsync<DeliveryException>(() => TagsAsync(body, link: link));

    [Fact]
    public async Task An_error_that_is_null_leaves_the_others_readable()
    {
        var error = await Assert.ThrowsAsync<RegistryException>(() => TagsAsync("""{ "errors": [ null, { "code": "DENIED" } ] }""", status: HttpStatusCode.BadRequest));

        Assert.Contains("DENIED", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_service_that_is_a_file_is_none() =>
        await Assert.ThrowsAsync<RegistryException>(() => TagsAsync("", "{}", realm: "file:///etc/passwd"));

    private async Task<List<string>> TagsAsync(
        string body, string? token = null, string? link = null, string? realm = null, HttpStatusCode status = HttpStatusCode.OK)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            var isToken = context.Request.Path == "/token";
            var mayRead = token is null || isToken || context.Request.Headers.Authorization.Count > 0;
            context.Response.StatusCode = mayRead ? (int)status : 401;
            if (!mayRead) context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"{realm ?? $"http://{context.Request.Host}/token"}\"";
            if (link is not null) context.Response.Headers.Link = link;
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(isToken ? token! : mayRead ? body : "", Cancellation);
        });
        using var registry = new OciRegistry(server.Domain, new RegistryOptions { Retry = new RetryOptions { Budget = TimeSpan.Zero } });
        return await registry.ListTagsAsync(ImageReference.Parse($"{server.Domain}/app"), cancellationToken: Cancellation).ToListAsync(Cancellation);
    }

    private string Write(string name, string content)
    {
        var file = _folder.Combine(name);
        File.WriteAllText(file, content);
        return file;
    }
}
