using System.Text.Json.Nodes;
using Acci.Delivery.Signing;
using Acci.GitHub.StandIn;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.EndToEnd.Tests.Workflows;

/// <summary>What the workflows sign without a key: who is taken for its signer, where, and who is not.</summary>
public sealed class KeylessPublishTests(PublishedImage published, KeylessPublish keyless, RegistryServer elsewhere)
    : IClassFixture<KeylessPublish>, IClassFixture<RegistryServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Publisher => $"https://github.com/{keyless.Repository}/.github/workflows/publish.yml@refs/heads/main";

    private ImageReference Image => ImageReference.Parse(keyless.Record.Repository);

    [Fact]
    public async Task The_publish_workflow_signs_as_itself_tags_last_and_prints_who_must_have_signed()
    {
        published.NeedsEngine();
        var source = new WorkflowSource(keyless.Repository, KeylessPublish.Issuer) { Ref = "refs/heads/main" };

        Assert.Equal(new RecordedSigner(Publisher, source), keyless.Record.SignedBy);
        var steps = keyless.Step.Output.Split($"signatures and attestations by {Publisher} (run by {keyless.Repository}) verified");
        Assert.DoesNotContain("tagged main", steps[0], StringComparison.Ordinal);
        Assert.Contains("tagged main", steps[1], StringComparison.Ordinal);
        using var registry = OciRegistry.Of(Image);
        Assert.Equal(keyless.Record.Digest, (await registry.ResolveAsync(Image.WithTag("main"), Cancellation)).Digest);
        // Of the index and its platform a signature each, and of the platform two attestations.
        Assert.Equal(4, keyless.Logged[0]);

        var printed = PrintedIn(keyless.Step);
        var repository = $"--certificate-github-workflow-repository {keyless.Repository} ";
        foreach (var part in (string[])[$"--certificate-identity {Publisher} ", repository, $"--certificate-oidc-issuer {KeylessPublish.Issuer} "])
            Assert.Contains(part, printed, StringComparison.Ordinal);
        Assert.DoesNotContain(keyless.Runner.Folder, keyless.Step.Summary, StringComparison.Ordinal);
        Assert.True((await keyless.ShellAsync(printed)).Succeeded);
        var strange = printed.Replace(repository, "--certificate-github-workflow-repository stranger/malware ", StringComparison.Ordinal);
        Assert.False((await keyless.ShellAsync(strange)).Succeeded);
    }

    [Fact]
    public void Publishing_again_in_the_same_job_signs_nothing_twice()
    {
        published.NeedsEngine();

        Assert.Equal(0, keyless.Again.ExitCode);
        Assert.Equal(keyless.Logged[0], keyless.Logged[1]);
        Assert.Contains("is in the registry already", keyless.Again.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_checkout_verifies_and_writes_nothing_and_takes_no_other_workflow_repository_or_issuer()
    {
        published.NeedsEngine();
        var verify = $"VerifyImages --registry {keyless.Place}";
        var (files, entries) = (await FilesAsync(), keyless.Entries);

        (await ConsumerAsync(verify)).AssertSucceeded();

        Assert.Equal(files, await FilesAsync());
        Assert.Equal(entries, keyless.Entries);
        foreach (var other in (string[])
            [
                $"--signed-by {Publisher.Replace("publish.yml", "release.yml", StringComparison.Ordinal)}",
                $"--signed-by {Publisher} --signed-by-repository stranger/malware",
                $"--signed-by {Publisher} --signed-by-issuer https://github.example.com/_services/token",
            ])
            (await ConsumerAsync($"{verify} {other}")).AssertFailed("cosign verify-attestation");
    }

    [Fact]
    public async Task A_promotion_takes_signature_and_attestations_to_another_registry()
    {
        published.NeedsEngine();
        var copy = ImageReference.Parse($"{elsewhere.Domain}/prod/{App.Name}");

        var route = $"--registry {elsewhere.Domain}/prod --promote-from-registry {keyless.Place}";
        (await ConsumerAsync($"PromoteImages --keyless {route} --promote-from main --promote-to stable")).AssertSucceeded();

        using var registry = elsewhere.Connect();
        Assert.Equal(keyless.Record.Digest, (await registry.ResolveAsync(copy.WithTag("stable"), Cancellation)).Digest);
        var printed = PrintedIn(keyless.Step).Replace(Image.Repository, copy.Repository, StringComparison.Ordinal);
        Assert.True((await keyless.ShellAsync(printed)).Succeeded);
        var signer = new ExpectedSigner.Workflow(Publisher, new WorkflowSource(keyless.Repository, KeylessPublish.Issuer));
        foreach (var type in PredicateType.All)
        {
            var arguments = signer.VerifyArguments(copy.WithDigest(Assert.Single(keyless.Record.Platforms).Digest), type, keyless.TrustedRoot);
            Assert.True((await keyless.ShellAsync($"cosign {string.Join(' ', arguments)}")).Succeeded, type.Uri);
        }
    }

    [Fact]
    public async Task What_another_repository_publishes_with_our_workflow_is_its_own_and_never_taken_for_ours()
    {
        published.NeedsEngine();
        var owner = $"stranger-{Guid.NewGuid():n}"[..17];
        var (stranger, place) = ($"{owner}/malware", $"{keyless.Domain}/{owner}");
        var image = ImageReference.Parse($"{place}/{App.Name}");
        var findings = keyless.GitHub.AddRepository(stranger);
        // A machine that finds the Sigstore by TUF.
        var runner = keyless.Runner with
        {
            Repository = stranger, Machine = keyless.Sigstore.TrustVariables, Replaced = new Dictionary<string, string>(),
        };
        var inputs = new JsonObject { ["registry"] = place, ["platforms"] = "linux/amd64" };

        var outputs = await runner.CallAsync(
            "publish-images", $"{keyless.Repository}@refs/tags/v1", GitHubEvent.PushToMain(stranger), inputs, Cancellation);

        // The caller gets to know what it published, and where.
        using var registry = OciRegistry.Of(image);
        var digest = (await registry.ResolveAsync(image.WithTag("main"), Cancellation)).Digest.ToString();
        Assert.Equal((image.ToString(), digest), (outputs["image"]!.ToString(), outputs["digest"]!.ToString()));
        Assert.Equal(digest, JsonNode.Parse(outputs["images"]!.ToString())![0]!["digest"]!.ToString());
        Assert.Equal("Trivy", Assert.Single(findings.SarifUploads).Sarif["runs"]![0]!["tool"]!["driver"]!["name"]!.ToString());

        var ours = $"https://github.com/{keyless.Repository}/.github/workflows/publish-images.yml@refs/tags/v1";
        var printed = PrintedIn(runner.Steps.Last(x => x.Script.StartsWith("./build.sh Publish ", StringComparison.Ordinal)));
        Assert.Contains($"--certificate-identity {ours} --certificate-github-workflow-repository {stranger} ", printed, StringComparison.Ordinal);
        Assert.True((await keyless.ShellAsync(printed)).Succeeded);

        var promote = $"PromoteImages --registry {keyless.Place} --promote-from-registry {place} --promote-from main --promote-to taken";
        (await ConsumerAsync($"{promote} --keyless")).AssertFailed("cosign verify-attestation");
        (await ConsumerAsync($"{promote} --signed-by {ours}")).AssertFailed("cosign verify-attestation");
        Assert.Null(await registry.FindAsync(Image.WithTag("taken"), Cancellation));
        (await ConsumerAsync($"{promote} --signed-by {ours} --signed-by-repository {stranger}")).AssertSucceeded();
        Assert.Equal(digest, (await registry.ResolveAsync(Image.WithTag("taken"), Cancellation)).Digest.ToString());
    }

    [Fact]
    public async Task A_version_tag_is_published_and_released_without_a_key_and_the_release_says_how_to_verify_it()
    {
        published.NeedsEngine();
        using var checkout = await published.Pristine.CopyAsync(Cancellation);
        var repository = $"tagged-{Guid.NewGuid():n}"[..15] + $"/{App.Name}";
        var place = $"{keyless.Domain}/{repository.Split('/')[0]}";
        var image = ImageReference.Parse($"{place}/{App.Name}");
        var gitHub = keyless.GitHub.AddRepository(repository);
        // A company's machine, whose cosign finds the Sigstore by TUF alone.
        var runner = keyless.Runner with
        {
            Repository = repository,
            Folder = checkout.Folder,
            Variables = new Dictionary<string, string> { ["REGISTRY"] = place, ["PLATFORMS"] = "linux/amd64" },
            Machine = keyless.Sigstore.TrustVariables,
        };
        await runner.TagAsync("v7.8.9", Cancellation);
        gitHub.Refs["refs/tags/v7.8.9"] = await runner.CommitAsync(Cancellation);
        var before = runner.Steps.Count;

        await runner.RunAsync(GitHubEvent.Tag(repository, "v7.8.9"), Cancellation);
        var release = Assert.Single(gitHub.Releases);
        gitHub.Releases.Clear();
        await runner.DispatchAsync("release", "refs/tags/v7.8.9", new JsonObject { ["run"] = runner.IdOf("publish") }, Cancellation);

        Assert.Equal(["publish/publish", "publish/publish", "publish/release", "release/release"], runner.Steps.Skip(before).Select(x => $"{x.Workflow}/{x.Job}").Where(x => !x.EndsWith("/check", StringComparison.Ordinal) && !x.EndsWith("/test", StringComparison.Ordinal)));
        var again = Assert.Single(gitHub.Releases);
        Assert.Equal(release.Assets.Select(x => x.Name), again.Assets.Select(x => x.Name));
        using var registry = OciRegistry.Of(image);
        var digest = (await registry.ResolveAsync(image.WithTag("7.8.9"), Cancellation)).Digest;
        foreach (var made in (Release[])[release, again])
        {
            Assert.Equal(("v7.8.9", false), (made.TagName, made.Draft));
            Assert.Equal(await File.ReadAllBytesAsync(keyless.TrustedRoot, Cancellation), Assert.Single(made.Assets, x => x.Name == "trusted_root.json").Content);
            var line = made.Body.ReplaceLineEndings("\n").Split('\n').Single(x => x.Contains("cosign verify-attestation ", StringComparison.Ordinal));
            Assert.StartsWith($"curl -fsSLO https://127.0.0.1/{repository}/releases/download/v7.8.9/trusted_root.json && cosign ", line, StringComparison.Ordinal);
            Assert.Contains($"--certificate-identity https://github.com/{repository}/.github/workflows/publish.yml@refs/tags/v7.8.9 ", line, StringComparison.Ordinal);
            Assert.Contains($"@{digest}", line, StringComparison.Ordinal);
            Assert.True((await keyless.ShellAsync(WithRoot(line.Split(" && ", 2)[1]))).Succeeded);
            Assert.False((await keyless.ShellAsync(WithRoot(line.Split(" && ", 2)[1]).Replace("v7.8.9", "v7.8.8", StringComparison.Ordinal))).Succeeded);
        }
    }

    // As a reader runs it who has got the trusted root.
    private string PrintedIn(RunStepResult step) =>
        WithRoot(step.Summary.Split('\n').Single(x => x.StartsWith("cosign verify-attestation ", StringComparison.Ordinal)));

    private string WithRoot(string command)
    {
        Assert.Contains(" --trusted-root trusted_root.json ", command, StringComparison.Ordinal);
        return command.Replace(" trusted_root.json ", $" {keyless.TrustedRoot} ", StringComparison.Ordinal);
    }

    private Task<BuildRun> ConsumerAsync(string arguments) =>
        keyless.Consumer.BuildAsync($"{arguments} --sigstore-trusted-root {keyless.TrustedRoot}", Cancellation);

    // What is there, and what git says of it; but not the empty file by which builds of one checkout wait for each other.
    private async Task<string[]> FilesAsync()
    {
        const string list = "git status --short --ignored && find artifacts -type f ! -name .lock -exec sha256sum {} + | sort -k 2";
        var listed = await keyless.ShellAsync($"cd {keyless.Consumer.Folder} && {list}");
        Assert.Contains($"artifacts/publish/{App.Name}.json", listed.StandardOutput, StringComparison.Ordinal);
        return listed.StandardOutput.Split('\n');
    }
}
