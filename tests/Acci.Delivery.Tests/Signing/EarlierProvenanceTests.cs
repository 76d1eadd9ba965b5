using System.Text;
using System.Text.Json.Nodes;
using Acci.Delivery.Signing;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>The provenance of a BuildKit that knows no SLSA 1.0.</summary>
public sealed class EarlierProvenanceTests : IDisposable
{
    // As BuildKit 0.13 writes it.
    private const string Predicate = """
        {
          "builder": { "id": "https://ci.example.com/1" },
          "buildType": "https://mobyproject.org/buildkit@v1",
          "materials": [ { "uri": "pkg:docker/base@1?platform=linux%2Famd64", "digest": { "sha256": "aa" } } ],
          "invocation": {
            "configSource": { "entryPoint": "Dockerfile" },
            "parameters": { "frontend": "dockerfile.v0", "args": { "target": "final" }, "locals": [ { "name": "context" } ] },
            "environment": { "platform": "linux/amd64" }
          },
          "buildConfig": { "llbDefinition": [ { "id": "step0" } ] },
          "metadata": {
            "buildInvocationID": "one", "buildStartedOn": "2026-01-01T00:00:00Z", "buildFinishedOn": "2026-01-01T00:01:00Z",
            "completeness": { "parameters": true, "environment": true, "materials": false }, "reproducible": false,
            "https://mobyproject.org/buildkit@v1#hermetic": true,
            "https://mobyproject.org/buildkit@v1#metadata": { "vcs": { "source": "https://github.com/owner/app", "revision": "abc" } }
          }
        }
        """;

    private const string Renewed = """
        {
          "buildDefinition": {
            "buildType": "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md",
            "externalParameters": {
              "configSource": { "path": "Dockerfile" },
              "request": { "frontend": "dockerfile.v0", "args": { "target": "final" }, "locals": [ { "name": "context" } ] }
            },
            "internalParameters": { "builderPlatform": "linux/amd64", "buildConfig": { "llbDefinition": [ { "id": "step0" } ] } },
            "resolvedDependencies": [ { "uri": "pkg:docker/base@1?platform=linux%2Famd64", "digest": { "sha256": "aa" } } ]
          },
          "runDetails": {
            "builder": { "id": "https://ci.example.com/1" },
            "metadata": {
              "invocationID": "one", "startedOn": "2026-01-01T00:00:00Z", "finishedOn": "2026-01-01T00:01:00Z",
              "buildkit_completeness": { "request": true, "resolvedDependencies": false }, "buildkit_reproducible": false,
              "buildkit_hermetic": true,
              "buildkit_metadata": { "vcs": { "source": "https://github.com/owner/app", "revision": "abc" } }
            }
          }
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_signed_in_the_words_of_SLSA_1()
    {
        var layout = await WriteAsync((JsonObject)JsonNode.Parse(Predicate)!);
        var platform = Assert.Single(await layout.ReadPlatformsAsync(TestContext.Current.CancellationToken));

        var statements = await InTotoStatement.ReadAsync(layout, platform, TestContext.Current.CancellationToken);

        var provenance = Assert.Single(statements, x => x.Type == PredicateType.Provenance);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Renewed), JsonNode.Parse(provenance.Predicate.GetRawText())), provenance.Predicate.GetRawText());
        var whole = JsonNode.Parse(provenance.Content.Span)!;
        Assert.Equal("https://slsa.dev/provenance/v1", whole["predicateType"]!.GetValue<string>());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Renewed), whole["predicate"]));
        Assert.Equal(new ProvenanceSource("owner/app", "abc"), ProvenanceSource.Of(provenance.Predicate));
    }

    [Fact]
    public async Task One_without_an_invocation_is_no_provenance()
    {
        var layout = await WriteAsync(new JsonObject { ["builder"] = new JsonObject() });
        var platform = Assert.Single(await layout.ReadPlatformsAsync(TestContext.Current.CancellationToken));

        var error = await Assert.ThrowsAsync<DeliveryException>(() => InTotoStatement.ReadAsync(layout, platform, TestContext.Current.CancellationToken));

        Assert.Contains("is no in-toto statement", error.Message, StringComparison.Ordinal);
    }

    // As BuildKit attests one platform.
    private async Task<OciLayout> WriteAsync(JsonObject provenance)
    {
        const string OfConfig = "application/vnd.oci.image.config.v1+json";
        var builder = new LayoutBuilder(_folder.Path);
        var image = builder.AddManifest(builder.AddBlob("""{"architecture":"amd64","os":"linux"}"""u8.ToArray(), OfConfig), [builder.AddBlob("layer"u8.ToArray())]);
        image["platform"] = new JsonObject { ["architecture"] = "amd64", ["os"] = "linux" };
        var attestation = builder.AddManifest(
            builder.AddBlob("{}"u8.ToArray(), OfConfig),
            [Statement("https://spdx.dev/Document", new JsonObject { ["spdxVersion"] = "SPDX-2.3" }), Statement("https://slsa.dev/provenance/v0.2", provenance)]);
        attestation["platform"] = new JsonObject { ["architecture"] = "unknown", ["os"] = "unknown" };
        attestation["annotations"] = new JsonObject { ["vnd.docker.reference.digest"] = image["digest"]!.DeepClone(), ["vnd.docker.reference.type"] = "attestation-manifest" };
        var index = new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.ImageIndex, ["manifests"] = new JsonArray(image, attestation) };
        await builder.WriteRootAsync(builder.AddBlob(Encoding.UTF8.GetBytes(index.ToJsonString()), MediaTypes.ImageIndex));
        return await OciLayout.OpenAsync(_folder.Path);

        JsonObject Statement(string type, JsonObject predicate)
        {
            var statement = new JsonObject { ["_type"] = "https://in-toto.io/Statement/v1", ["predicateType"] = type, ["predicate"] = predicate };
            var blob = builder.AddBlob(Encoding.UTF8.GetBytes(statement.ToJsonString()), "application/vnd.in-toto+json");
            blob["annotations"] = new JsonObject { ["in-toto.io/predicate-type"] = type };
            return blob;
        }
    }
}
