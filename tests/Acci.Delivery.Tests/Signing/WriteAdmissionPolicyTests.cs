using System.Security.Cryptography;
using Acci.Delivery.Images;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>Which signers a policy can be written for, and what is written where.</summary>
public sealed class WriteAdmissionPolicyTests : IDisposable
{
    private const string Workflows = ".github/workflows";
    private const string Shared = "https://github.com/octo/workflows/.github/workflows/publish-images.yml@refs/heads/main";

    private readonly TemporaryRepository _checkout = new();
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Kyverno => _folder.Combine("admission", "kyverno.yaml");

    private string PolicyController => _folder.Combine("admission", "policy-controller.yaml");

    public void Dispose()
    {
        _checkout.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Any_workflow_of_the_repository_that_no_other_can_call_may_sign_all_of_its_images()
    {
        await WriteAsync(x => x with { Keyless = true });

        foreach (var file in new[] { Kyverno, PolicyController })
        {
            var policies = (await File.ReadAllTextAsync(file, Cancellation)).Split("---\n");
            Assert.Equal(["ghcr-io-octo-app", "ghcr-io-octo-worker"], policies.Select(x => x.Split("  name: ")[1].Split('\n')[0]));
            Assert.All(policies, x => Assert.Contains(
                @"subjectRegExp: ^(?i:https://github\.com/octo/acci)/\.github/workflows/(nightly\.yaml|publish\.yml)@refs/(heads|tags)/.+$", x, StringComparison.Ordinal));
            Assert.All(policies, x => Assert.Contains("https://sigstore.dev/cosign/sign/v1", x, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Images_of_each_of_several_registries_have_a_policy()
    {
        await WriteAsync(x => x with { Keyless = true, Registry = "ghcr.io/octo,registry.example.com/team" });

        foreach (var file in new[] { Kyverno, PolicyController })
        {
            var policies = await File.ReadAllTextAsync(file, Cancellation);
            foreach (var repository in (string[])["ghcr.io/octo/app", "registry.example.com/team/app", "ghcr.io/octo/worker", "registry.example.com/team/worker"])
                Assert.Contains(repository, policies, StringComparison.Ordinal);
        }
    }

    // The first of a publish need not be among those that a cluster gets images from.
    [Fact]
    public async Task A_policy_that_refuses_what_was_published_to_a_further_registry_is_not_written()
    {
        var record = new PublishRecord
        {
            Image = "app",
            Digest = Digest.Of([]),
            Repository = "ghcr.io/octo/app",
            Copies = [new PublishedCopy { Repository = "registry.example.com/team/app" }],
            SignedBy = new RecordedSigner("key 0123456789ab", null),
            Version = "1.2.3",
            Revision = "",
            Platforms = [],
        };
        var file = new ImageFiles(new DeliveryOptions { Root = _checkout.Directory, Artifacts = _folder.Path }).RecordOf(Image("app"));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        record.Write(file);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => WriteAsync(x => x with { Keyless = true, Registry = "registry.example.com/team" }));

        Assert.Contains("clusters would refuse its images", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_for_a_key_is_Kyverno_s_alone()
    {
        await WriteAsync(x => x with { Keyless = true });
        var key = _folder.Combine("cosign.pub");
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = pair.ExportSubjectPublicKeyInfoPem();
        await File.WriteAllTextAsync(key, $"the team's key\r\n{pem.ReplaceLineEndings("\r\n")}", Cancellation);

        await WriteAsync(x => x with { SignedBy = key });

        var policy = await File.ReadAllTextAsync(Kyverno, Cancellation);
        Assert.Contains(string.Join('\n', pem.Split('\n').Select(x => $"{new string(' ', 26)}{x}")) + "\n", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("the team", policy, StringComparison.Ordinal);
        Assert.False(File.Exists(PolicyController), "It is another signer's.");
    }

    [Fact]
    public async Task A_private_key_is_never_copied_into_a_policy()
    {
        var key = _folder.Combine("cosign.key");
        await File.WriteAllTextAsync(key, "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n", Cancellation);

        var failure = await Assert.ThrowsAsync<WrongUseException>(() => WriteAsync(x => x with { SignedBy = key }));

        Assert.StartsWith($"--signed-by: {key} is a private key", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Kyverno));
    }

    [Theory]
    [InlineData(@"^https://github\.com/octo/acci/\.github/workflows/publish\.yml@refs/tags/v.+$")]
    [InlineData(@"^(?i:https://github.com/octo/acci)/.github/workflows/(?:nightly\.yaml|publish\.yml)@refs/(heads|tags)/.+$")]
    public async Task A_signer_s_identity_may_lead_to_the_repository_in_any_form(string signer)
    {
        await WriteAsync(x => x with { SignedBy = signer });

        Assert.Contains(signer, await File.ReadAllTextAsync(PolicyController, Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("octo/acci", "octo/acci", "main")]
    [InlineData("Octo/Acci", "octo/acci", "main")]
    [InlineData("OCTO/acci", "Octo/Acci", "release/1.x+#2")]
    public async Task A_signer_that_is_spelled_out_is_who_GitHub_takes_for_the_same(string typed, string certified, string branch)
    {
        await WriteAsync(x => x with { SignedBy = Identity(typed) });

        foreach (var file in new[] { Kyverno, PolicyController })
        {
            var written = (await File.ReadAllTextAsync(file, Cancellation)).Split("subjectRegExp: ")[1].Split('\n')[0];
            var expression = written.StartsWith('\'') ? written[1..^1].Replace("''", "'", StringComparison.Ordinal) : written;
            Assert.Matches(expression, Identity(certified));
            Assert.DoesNotMatch(expression, Identity(certified).Replace($"heads/{branch}", $"heads/{branch.ToUpperInvariant()}", StringComparison.Ordinal));
            Assert.DoesNotMatch(expression, Identity(certified).Replace("publish.yml", "publish_yml", StringComparison.Ordinal));
            Assert.DoesNotMatch(expression, Identity(certified) + "2");
        }

        string Identity(string repository) => $"https://github.com/{repository}/.github/workflows/publish.yml@refs/heads/{branch}";
    }

    [Theory]
    [InlineData(Shared)]
    [InlineData("https://github.com/octo/acci-mirror/.github/workflows/publish.yml@refs/heads/main")]
    [InlineData(@"^https://github\.com/octo/(acci|other)/\.github/workflows/publish\.yml@refs/heads/main$")]
    [InlineData(@"^https://github\.com/.+$")]
    [InlineData(@"^(https://github\.com/octo/acci/|https://github\.com/stranger/).+$")]
    [InlineData(@"^https://github\.com/octo/acci/?.*$")]
    [InlineData(@"^https://github\.com/octo/acci/*.*$")]
    [InlineData(@"^(?i:https://github.com/octo/acci)?/\.github/workflows/publish\.yml@refs/heads/main$")]
    [InlineData(@"^https://github\.com/octo/acci/\.github/workflows/publish\.yml@?.*$")]
    [InlineData(@"^https://github\.com/octo/acci/\.github/workflows/(publish\.yml)?@refs/heads/main$")]
    [InlineData(@"^https://github\.com/octo/acci/\.github/workflows/publish.+@refs/heads/main$")]
    [InlineData("https://github.com/octo/acci/.github/workflows/publish.yml@refs/heads/*")]
    [InlineData("https://github.com/octo/acci/.github/workflows/publish.yml@refs/tags/v?")]
    [InlineData("https://github.example.com/octo/acci/.github/workflows/publish.yml@refs/heads/main")]
    [InlineData(@"^https://[\w.]+/octo/acci/\.github/workflows/publish\.yml@refs/heads/main$")]
    [InlineData(@"^https://\w\w\w\w\w\w\.com/octo/acci/\.github/workflows/publish\.yml@refs/heads/main$")]
    public async Task A_signer_that_also_signs_for_others_is_refused_because_no_cluster_sees_for_whom_it_signed(string signer)
    {
        var failure = await Assert.ThrowsAsync<DeliveryException>(() => WriteAsync(x => x with { SignedBy = signer }));

        Assert.StartsWith($"{signer} may sign for other repositories than octo/acci", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Kyverno));
    }

    [Theory]
    [InlineData(@"^https://github\.com/octo/acci/\.github/workflows/publish\.yml@.+$")]
    [InlineData(@"^https://github\.com/octo/acci/\.github/workflows/publish\.yml@refs/.+$")]
    [InlineData(@"^https://github\.com/octo/acci/\.github/workflows/publish\.yml@refs/[^@]*$")]
    [InlineData(@"^https://github\.com/octo/acci/\.github/workflows/publish\.yml@refs/(heads|pull)/.+$")]
    [InlineData(@"^https://github\.com/octo/acci/\.github/workflows/publish\.yml@refs/(heads/main|p.+/[0-9]+/head)$")]
    [InlineData(@"^https://github\.com/octo/acci/\.github/workflows/(nightly\.yaml|publish\.yml)@refs/\w+/.+$")]
    [InlineData(@"^https://github\.com/octo/acci/\.github/workflows/publish\.yml@refs/\pN?.+$")]
    [InlineData(@"^https://github\.com/octo/acci/\.github/workflows/publish\.yml@refs/[[:alpha:]]+/.+$")]
    [InlineData(@"^https://github\.com/octo/acci/\.github/workflows/publish\.yml@refs/[[:^digit:]]+/.+$")]
    [InlineData(@"^https://github\.com/Octo/Acci/\.github/workflows/publish\.yml@.+$")]
    public async Task An_expression_that_also_takes_pull_requests_is_refused_because_no_cluster_sees_for_what_a_workflow_ran(string signer)
    {
        var failure = await Assert.ThrowsAsync<DeliveryException>(() => WriteAsync(x => x with { SignedBy = signer }));

        Assert.StartsWith($"{signer} also accepts what ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("signs in a pull request (refs/pull/", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Kyverno));
    }

    [Theory]
    [InlineData(@"^https://github\.com/octo/acci/\.github/workflows/publish\.yml@refs/(heads/main|pull/[0-9]+/merge)$")]
    [InlineData(@"^https://github\.com/Octo/Acci/\.github/workflows/publish\.yml@refs/pull/7/head$")]
    [InlineData(@"^https://github\.com/octo/acci/\.github/workflows/publish\.yml@refs/tags/v[[:digit:]]+$")]
    public async Task Pull_requests_that_are_spelled_out_are_meant(string signer)
    {
        await WriteAsync(x => x with { SignedBy = signer });

        Assert.Contains(signer, await File.ReadAllTextAsync(Kyverno, Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://github.com/octo/acci/.github/workflows/publish-images.yml@refs/heads/main", "publish-images.yml can be called by other repositories")]
    [InlineData("https://github.com/octo/acci/.github/workflows/listed.yml@refs/heads/main", "listed.yml can be called by other repositories")]
    [InlineData(@"^https://github\.com/octo/acci/\.github/workflows/(publish|publish-images)\.yml@refs/heads/main$", "may sign for other repositories")]
    [InlineData(@"^https://github\.com/octo/acci/\.github/workflows/(publish\.yml|publish-images\.yml)@refs/heads/main$", "publish-images.yml can be called")]
    [InlineData("https://github.com/octo/acci/.github/workflows/gone.yml@refs/heads/main", "gone.yml is not in this checkout")]
    public async Task A_workflow_that_others_can_call_or_that_is_not_known_has_no_policy(string signer, string problem)
    {
        var failure = await Assert.ThrowsAsync<DeliveryException>(() => WriteAsync(x => x with { SignedBy = signer }));

        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Kyverno));
    }

    [Theory]
    [InlineData("a b.yml", "a%20b.yml", "a b.yml")]
    [InlineData("a b.yml", "a%20b.yml", "a%20b.yml")]
    [InlineData("a%20b.yml", "a b.yml", "a b.yml")]
    [InlineData("a%20b.yml", "a b.yml", "a%20b.yml")]
    public async Task A_workflow_that_certificates_spell_as_one_that_others_can_call_has_no_policy(string own, string callable, string named)
    {
        await WriteAsync(x => x with { Keyless = true });
        var before = await File.ReadAllTextAsync(Kyverno, Cancellation);
        Workflow(own, "on: push");
        Workflow(callable, "on: workflow_call");

        await WriteAsync(x => x with { Keyless = true });
        Assert.Equal(before, await File.ReadAllTextAsync(Kyverno, Cancellation));
        var failure = await Assert.ThrowsAsync<DeliveryException>(
            () => WriteAsync(x => x with { SignedBy = $"https://github.com/octo/acci/.github/workflows/{named}@refs/heads/main" }));

        Assert.StartsWith($".github/workflows/{callable} can be called by other repositories", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workflow_that_cannot_be_read_is_named_unless_others_are_asked_for()
    {
        await WriteAsync(x => x with { Keyless = true });
        Workflow("broken.yml", "on: [push");

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => WriteAsync(x => x with { Keyless = true }));

        Assert.StartsWith(".github/workflows/broken.yml, line ", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("mend it, or name other workflows with --signed-by.", failure.Message, StringComparison.Ordinal);
        await WriteAsync(x => x with { SignedBy = "https://github.com/octo/acci/.github/workflows/publish.yml@refs/heads/main" });
    }

    [Theory]
    [InlineData("https://github.com/other/shared/.github/workflows/publish.yml@refs/heads/main", "other/shared")]
    [InlineData(@"^https://github\.com/other/shared/\.github/workflows/publish\.yml@refs/heads/main$", "other/shared")]
    [InlineData(null, "other/shared")]
    [InlineData(null, "https://github.example.com/octo/acci")]
    public async Task Another_repository_s_workflow_is_not_taken_for_the_one_of_the_same_name_in_this_checkout(string? signer, string repository)
    {
        var failure = await Assert.ThrowsAsync<DeliveryException>(
            () => WriteAsync(x => x with { Keyless = signer is null, SignedBy = signer, SignedByRepository = repository }));

        var problem = $"Whether others can call the workflows of {repository} is not known: this is a checkout of https://github.com/octo/acci.";
        Assert.StartsWith(problem, failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Kyverno));
    }

    [Theory]
    [InlineData("https://github.com/other/shared/.github/workflows/publish.yml@refs/heads/main")]
    [InlineData(null)]
    public async Task A_job_of_another_repository_does_not_make_this_a_checkout_of_that_one(string? signer)
    {
        (string, string)[] job = [("GITHUB_ACTIONS", "true"), ("GITHUB_SERVER_URL", "https://github.com"), ("GITHUB_REPOSITORY", "other/shared")];

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => WriteAsync(x => x with { Keyless = signer is null, SignedBy = signer }, job));

        Assert.StartsWith(
            "Whether others can call the workflows of other/shared is not known: this is a checkout of https://github.com/octo/acci.", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Kyverno));
        await WriteAsync(x => x with { Keyless = true, SignedByRepository = "octo/acci" }, job);
        Assert.Contains("octo/acci", await File.ReadAllTextAsync(Kyverno, Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public void Workflows_of_other_repositories_that_a_workflow_calls_are_found()
    {
        Workflow("publish.yml",
            "on: push", "jobs:", "  image:", "    uses: \"octo/shared/.github/workflows/publish-images.yml@v1\"",
            "  own:", "    uses: ./.github/workflows/test.yml", "  steps:", "    steps: [{ uses: actions/checkout@v5 }, { run: echo a/b/.github/workflows/c.yml }]");

        var called = new CheckoutWorkflows(_checkout.Directory, null).CallsOf(["publish.yml"]);

        Assert.Equal([(".github/workflows/publish.yml", "octo/shared/.github/workflows/publish-images.yml@v1")], called);
    }

    [Fact]
    public async Task A_checkout_of_an_unknown_repository_has_no_policy_of_a_workflow()
    {
        await WriteAsync(x => x with { Keyless = true, SignedByRepository = "Octo/Acci" });
        await _checkout.Run("git remote remove origin");

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => WriteAsync(x => x with { Keyless = true, SignedByRepository = "octo/acci" }));

        Assert.Contains("git's remote 'origin' does not lead to a repository on GitHub", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkout_whose_workflows_can_all_be_called_has_no_policy()
    {
        await WriteAsync(x => x with { Keyless = true });
        foreach (var file in new[] { "publish.yml", "nightly.yaml" }) File.Delete(Path.Combine(_checkout.Directory, Workflows, file));

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => WriteAsync(x => x with { Keyless = true }));

        Assert.StartsWith(".github/workflows has no workflow that no other repository can call", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_a_signing_key_makes_none_for_a_policy()
    {
        var home = _folder.Combine("home");

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => WriteAsync(x => x, ("XDG_CONFIG_HOME", home)));

        Assert.Contains($"there is no signing key in {home}", failure.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(home), "No key was made.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_Sigstore_of_one_s_own_has_a_policy_for_Kyverno_alone_which_says_what_Kyverno_needs(bool isFile)
    {
        await WriteAsync(x => x with { Keyless = true });
        Assert.True(File.Exists(PolicyController));
        var root = _folder.Combine("root.json");
        await File.WriteAllTextAsync(
            root, """{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","certificateAuthorities":[{}]}""", Cancellation);

        if (isFile) await WriteAsync(x => x with { Keyless = true, SigstoreTrustedRoot = root });
        else await WriteAsync(x => x with { Keyless = true }, ("TUF_MIRROR", "https://tuf.example.com"));

        var policy = await File.ReadAllTextAsync(Kyverno, Cancellation);
        Assert.StartsWith("# Kyverno trusts the Sigstore that it is started with.", policy, StringComparison.Ordinal);
        Assert.False(File.Exists(PolicyController), "It would trust the public Sigstore.");
    }

    [Theory]
    [InlineData("https://github.com/octo/acci/.github/workflows/publish.yml@refs/heads/main", true, "ghcr.io/octo/app", null)]
    [InlineData("https://github.com/Octo/acci/.github/workflows/nightly.yaml@refs/tags/v1", true, "ghcr.io/octo/app", null)]
    [InlineData("https://github.com/octo/acci/.github/workflows/publish-images.yml@refs/heads/main", true, "ghcr.io/octo/app", "clusters would refuse its images. A policy names no workflow that other repositories can call")]
    [InlineData("key 0123456789ab", false, "ghcr.io/octo/app", "clusters would refuse its images. If others sign")]
    [InlineData("key 0123456789ab", false, "127.0.0.1:5600/app", null)]
    public async Task A_policy_that_what_was_published_does_not_meet_is_not_written(string name, bool isWorkflow, string repository, string? problem)
    {
        var signer = new RecordedSigner(name, isWorkflow ? new WorkflowSource("octo/acci", "https://token.actions.githubusercontent.com") : null);
        var record = new PublishRecord { Image = "app", Digest = Digest.Of([]), Repository = repository, Version = "1.2.3", Revision = "", Platforms = [], SignedBy = signer };
        var file = new ImageFiles(new DeliveryOptions { Root = _checkout.Directory, Artifacts = _folder.Path }).RecordOf(Image("app"));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        record.Write(file);

        var failure = await Record.ExceptionAsync(() => WriteAsync(x => x with { Keyless = true }));

        if (problem is null) Assert.Null(failure);
        else Assert.Contains(problem, Assert.IsType<DeliveryException>(failure).Message, StringComparison.Ordinal);
        Assert.Equal(problem is null, File.Exists(Kyverno));
    }

    [Fact]
    public async Task Images_that_stay_on_this_machine_have_no_policy()
    {
        var failure = await Assert.ThrowsAsync<WrongUseException>(() => WriteAsync(x => x with { Keyless = true, Registry = null }));

        Assert.Contains("--registry", failure.Message, StringComparison.Ordinal);
    }

    private async Task WriteAsync(Func<DeliveryOptions, DeliveryOptions> change, params (string Name, string Value)[] variables)
    {
        if (!Directory.Exists(Path.Combine(_checkout.Directory, ".git")))
        {
            await _checkout.Run("git init --quiet --initial-branch main", "git commit --quiet --allow-empty --message one", "git remote add origin https://github.com/octo/acci.git");
            Workflow("publish.yml", "on: push");
            Workflow("nightly.yaml", "# not workflow_call", "on: [push]");
            Workflow("publish-images.yml", "on:", "  workflow_call: {}");
            Workflow("listed.yml", "on: [push, workflow_call]");
        }

        var options = new DeliveryOptions { Root = _checkout.Directory, Artifacts = _folder.Path, Registry = "ghcr.io/octo", Images = [Image("app"), Image("worker")] };
        using var context = new DeliveryContext(change(options), Cancellation) { Environment = ProcessEnvironment.Empty.With(variables) };
        await new WriteAdmissionPolicy(context).RunAsync();
    }

    private void Workflow(string name, params string[] lines)
    {
        Directory.CreateDirectory(Path.Combine(_checkout.Directory, Workflows));
        File.WriteAllLines(Path.Combine(_checkout.Directory, Workflows, name), lines);
    }

    private static ImageDefinition Image(string name) => new(name);
}
