using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Releasing;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Acci.Testing;

namespace Acci.Delivery.Tests.GitHub;

/// <summary>From what a publish left behind to the release, in a repository of the test's own.</summary>
public sealed class CreateReleaseTests : GitHubFixture
{
    private readonly TemporaryRepository _repository = new();

    public override async ValueTask DisposeAsync()
    {
        _repository.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task A_published_version_becomes_a_release_with_what_proves_it()
    {
        var layout = await PrepareAsync();

        await Verb().RunAsync();

        var release = Assert.Single(GitHub.Repositories["octo/app"].Releases);
        Assert.False(release.Draft);
        Assert.Equal(["app-1.2.3-linux-amd64.provenance.json", "app-1.2.3-linux-amd64.spdx.json", "cosign.pub"], release.Assets.Select(x => x.Name).Order());
        Assert.Equal("SPDX-2.3", JsonNode.Parse(release.Assets.Single(x => x.Name.EndsWith("spdx.json", StringComparison.Ordinal)).Content)!["spdxVersion"]!.GetValue<string>());
        Assert.Equal("https://slsa.dev/provenance/v1", JsonNode.Parse(release.Assets.Single(x => x.Name.EndsWith("provenance.json", StringComparison.Ordinal)).Content)!["predicateType"]!.GetValue<string>());
        Assert.Contains(
            $"cosign verify --key https://127.0.0.1/octo/app/releases/download/v1.2.3/cosign.pub --insecure-ignore-tlog=true 127.0.0.1:5600/octo/app@{layout.Root.Digest}",
            release.Body,
            StringComparison.Ordinal);
        Assert.Contains("docker run --rm --pull always --read-only --cap-drop ALL 127.0.0.1:5600/octo/app:1.2.3", release.Body, StringComparison.Ordinal);
        Assert.Contains("linux/amd64", release.Body, StringComparison.Ordinal);
        Assert.Contains("## What's Changed", release.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_workflow_signed_is_verified_by_that_workflows_name_whichever_makes_the_release()
    {
        const string publisher = "https://github.com/octo/app/.github/workflows/publish.yml@refs/tags/v1.2.3";
        var layout = await PrepareAsync(record => record with { Signer = publisher });

        await Verb(variables: ("GITHUB_WORKFLOW_REF", "octo/app/.github/workflows/release.yml@refs/tags/v1.2.3")).RunAsync();

        var release = Assert.Single(GitHub.Repositories["octo/app"].Releases);
        Assert.Contains(
            $"cosign verify --certificate-oidc-issuer https://token.actions.githubusercontent.com --certificate-identity {publisher} 127.0.0.1:5600/octo/app@{layout.Root.Digest}",
            release.Body,
            StringComparison.Ordinal);
        Assert.DoesNotContain(release.Assets, x => x.Name == "cosign.pub");
    }

    [Fact]
    public async Task A_key_whose_public_half_is_missing_is_no_release()
    {
        await PrepareAsync(record => record with { Signer = "key 0123456789ab" });
        File.Delete(Artifact("publish", "cosign.pub"));

        Assert.Contains("cosign.pub is not there", (await FailureAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_asks_GitHub_nothing()
    {
        await PrepareAsync();

        await Verb(dryRun: true).PlanAsync();

        Assert.Empty(GitHub.Requests);
    }

    [Fact]
    public async Task Without_a_tag_on_the_commit_there_is_no_release()
    {
        await PrepareAsync();
        await _repository.Run("git tag -d v1.2.3");

        Assert.Contains("git tag v1.2.3", (await FailureAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_published_from_another_commit_is_not_released()
    {
        await PrepareAsync(record => record with { Revision = new string('b', 40) });

        Assert.Contains("Run Publish with v1.2.3 checked out", (await FailureAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_no_tags_yet_is_not_released()
    {
        await PrepareAsync(record => record with { Steps = new Dictionary<PublishStep, StepResult>() });

        Assert.Contains("Run Publish first", (await FailureAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_built_since_is_not_released()
    {
        await PrepareAsync(record => record with { Digest = Digest.Of([7]) });

        Assert.Contains("bring back the artifacts of that publish", (await FailureAsync()).Message, StringComparison.Ordinal);
    }

    private async Task<DeliveryException> FailureAsync()
    {
        var failure = await Assert.ThrowsAsync<DeliveryException>(Verb().RunAsync);
        Assert.Empty(GitHub.Requests);
        return failure;
    }

    private async Task<OciLayout> PrepareAsync(Func<PublishRecord, PublishRecord>? change = null)
    {
        await _repository.Run("git init --quiet --initial-branch main", "git commit --quiet --allow-empty --message one", "git tag v1.2.3");
        var head = (await CommandRunner.RunAsync(new Command("git", "rev-parse", "HEAD") { WorkingDirectory = _repository.Directory }, cancellationToken: Cancellation)).StandardOutput.Trim();
        GitHub.AddRepository("octo/app").Refs["refs/tags/v1.2.3"] = head;
        var layout = await WriteLayoutAsync(Artifact("images", "app"));
        var record = new PublishRecord
        {
            Image = "app",
            Digest = layout.Root.Digest,
            Repository = "127.0.0.1:5600/octo/app",
            Version = "1.2.3",
            Revision = head,
            Platforms = [.. (await layout.ReadPlatformsAsync(Cancellation)).Select(x => new PublishedPlatform(x.Platform, x.Manifest.Digest, 15_000_000))],
            Tags = ["1.2.3", "1.2"],
        };
        record = record.With(PublishStep.Tag, new StepResult(DateTimeOffset.UnixEpoch, 1, "tagged"));
        (change?.Invoke(record) ?? record).Write(Artifact("publish", "app.json"));
        await File.WriteAllTextAsync(Artifact("publish", "cosign.pub"), "-----BEGIN PUBLIC KEY-----", Cancellation);
        return layout;
    }

    private CreateRelease Verb(bool dryRun = false, params (string Name, string Value)[] variables)
    {
        return new CreateRelease(new DeliveryContext(
            new DeliveryOptions
            {
                Root = _repository.Directory,
                Artifacts = Path.Combine(_repository.Directory, "artifacts"),
                Images = [new("app") { Dockerfile = "Dockerfile" }],
                Registry = "127.0.0.1:5600/octo",
                GitHubToken = Token,
                DryRun = dryRun,
            },
            Cancellation)
        { Environment = TestEnvironment.OutsideWorkflows.With([("GITHUB_API_URL", GitHub.Url), ("GITHUB_REPOSITORY", "octo/app"), .. variables]) });
    }

    private string Artifact(string folder, string name) => Path.Combine(Directory.CreateDirectory(Path.Combine(_repository.Directory, "artifacts", folder)).FullName, name);

    // One platform with both statements, as BuildKit attests them.
    private static async Task<OciLayout> WriteLayoutAsync(string folder)
    {
        var builder = new LayoutBuilder(folder);
        var config = builder.AddBlob("""{"architecture":"amd64","os":"linux"}"""u8.ToArray(), "application/vnd.oci.image.config.v1+json");
        var image = builder.AddManifest(config, [builder.AddBlob("layer"u8.ToArray())]);
        image["platform"] = new JsonObject { ["architecture"] = "amd64", ["os"] = "linux" };
        var attestation = builder.AddManifest(
            builder.AddBlob("{}"u8.ToArray(), "application/vnd.oci.image.config.v1+json"),
            [Statement("https://spdx.dev/Document", new JsonObject { ["spdxVersion"] = "SPDX-2.3" }), Statement("https://slsa.dev/provenance/v1", new JsonObject { ["buildDefinition"] = new JsonObject() })]);
        attestation["platform"] = new JsonObject { ["architecture"] = "unknown", ["os"] = "unknown" };
        attestation["annotations"] = new JsonObject { ["vnd.docker.reference.digest"] = image["digest"]!.DeepClone(), ["vnd.docker.reference.type"] = "attestation-manifest" };
        var index = new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.ImageIndex, ["manifests"] = new JsonArray(image, attestation) };
        await builder.WriteRootAsync(builder.AddBlob(JsonSerializer.SerializeToUtf8Bytes(index), MediaTypes.ImageIndex));
        return await OciLayout.OpenAsync(folder, Cancellation);

        JsonObject Statement(string type, JsonObject predicate)
        {
            var statement = new JsonObject { ["_type"] = "https://in-toto.io/Statement/v1", ["predicateType"] = type, ["predicate"] = predicate };
            var blob = builder.AddBlob(Encoding.UTF8.GetBytes(statement.ToJsonString()), "application/vnd.in-toto+json");
            blob["annotations"] = new JsonObject { ["in-toto.io/predicate-type"] = type };
            return blob;
        }
    }
}
