using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Acci.Delivery.Publishing;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>Whoever verifies says who must have signed.</summary>
public sealed class ExpectedSignerTests : IDisposable
{
    private const string Publisher = "https://github.com/owner/app/.github/workflows/publish.yml@refs/heads/main";
    private const string Verify = "verify-attestation --type https://sigstore.dev/cosign/sign/v1";
    private const string Issuer = "--certificate-oidc-issuer https://token.actions.githubusercontent.com";
    private const string Repository = "--certificate-github-workflow-repository owner/app";

    private static readonly WorkflowSource Source = new("owner/app", "https://token.actions.githubusercontent.com");

    private static readonly ImageReference Image = ImageReference.Parse("ghcr.io/owner/app").WithDigest(Digest.Of([1]));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_workflow_is_named_in_full_or_by_a_regular_expression()
    {
        const string expression = @"^https://github\.com/owner/(app|shop)/\.github/workflows/[^@]+@refs/tags/v.+$";

        Assert.Equal($"{Verify} {Issuer} --certificate-identity {Publisher} {Repository} {Image}", await ArgumentsAsync(Publisher));
        Assert.Equal($"{Verify} {Issuer} --certificate-identity-regexp {expression} {Repository} {Image}", await ArgumentsAsync(expression));
    }

    [Fact]
    public async Task A_public_key_is_named_by_its_file_and_has_no_repository()
    {
        var file = _folder.Combine("team.pub");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        File.WriteAllText(file, key.ExportSubjectPublicKeyInfoPem());

        var signer = await ExpectedSigner.ParseAsync(file, () => throw new InvalidOperationException());

        Assert.Equal($"{Verify} --key {file} --insecure-ignore-tlog=true {Image}", Arguments(signer));
    }

    [Fact]
    public async Task What_was_built_and_not_signed_yet_has_no_signer_although_the_key_of_the_publish_before_it_is_there()
    {
        Directory.CreateDirectory(_folder.Combine("publish"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(_folder.Combine("publish", "cosign.pub"), key.ExportSubjectPublicKeyInfoPem());
        using var context = new DeliveryContext(new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Path, Images = [new("app") { Dockerfile = "Dockerfile" }] }, CancellationToken.None);

        var error = await Assert.ThrowsAsync<DeliveryException>(() => context.PublishersSignerAsync(null));

        Assert.Contains("what was built last is not signed. Run SignImages or Publish", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("someone")]
    [InlineData("https://")]
    [InlineData("https:///")]
    [InlineData("https://[bad")]
    [InlineData("https://github.com/octo/app")]
    [InlineData("https://github.com/octo/app/.github/workflows/publish.yml")]
    [InlineData("https://github.com/octo/app/.github/workflows/publish.yml@")]
    [InlineData("https://github.com/octo/app/.github/workflows/publish.yml@main")]
    [InlineData("https://github.com/octo/app/x/.github/workflows/publish.yml@refs/heads/main")]
    [InlineData("https://github.com/octo/app/.github/workflows/publish.yml@refs/heads/main\n")]
    [InlineData("https://github.com/octo/app/.github/workflows/publish.yml@refs/heads/\0")]
    [InlineData("HTTPS://github.com/octo/app/.github/workflows/publish.yml@refs/heads/main")]
    public async Task What_is_none_of_these_is_an_error_that_says_what_there_is(string text)
    {
        var problem = await RefusedAsync(text);

        Assert.StartsWith($"--signed-by cannot be '{text}': ", problem, StringComparison.Ordinal);
        Assert.Contains("as in https://github.com/owner/name/.github/workflows/publish.yml@refs/heads/main", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("🚀.yml")]
    [InlineData("publish images.yml")]
    [InlineData("\u0378.yml")]
    public async Task A_workflow_s_file_may_have_any_letters(string file)
    {
        var identity = $"https://github.com/owner/app/.github/workflows/{file}@refs/heads/🚀";

        Assert.Equal(new ExpectedSigner.Workflow(identity, Source), await ExpectedSigner.ParseAsync(identity, () => Task.FromResult(Source)));
    }

    [Theory]
    [InlineData(@"^https://github\.com/owner/app/\.github/workflows/publish\.yml@refs/pull/7/merge$", true)]
    [InlineData(@"^https://github\.com/owner/app/\.github/workflows/publish\.yml@refs/(heads/main|pull/[0-9]+/merge)$", true)]
    [InlineData(@"^https://github\.com/owner/app/\.github/workflows/publish\.yml@refs/pull/8/merge$", false)]
    [InlineData(@"^https://github\.com/owner/app/\.github/workflows/publish\.yml@refs/.+$", false)]
    [InlineData(@"^https://github\.com/owner/app/\.github/workflows/publish\.yml@refs/(?:pull/7/merge|tags/v1)$", true)]
    [InlineData(@"^https://github\.com/owner/app/\.github/workflows/publish\.yml@refs/(heads/pull-sync|.+)$", false)]
    [InlineData(@"^https://github\.com/owner/app/\.github/workflows/publish\.yml@refs/(heads|pull)/.+$", false)]
    [InlineData(@"^https://github\.com/owner/app/\.github/workflows/pull\.yml@refs/.+$", false)]
    [InlineData(@"^https://github\.com/owner/app/\.github/workflows/[^@]+-pull\.yml@refs/.+$", false)]
    [InlineData(@"^https://github\.com/owner/app/\.github/workflows/publish\.yml@refs/heads/main$", false)]
    public void An_expression_that_spells_pull_requests_out_names_them(string expression, bool isNamed)
    {
        const string file = "https://github.com/owner/app/.github/workflows/";
        var signer = new ExpectedSigner.Workflow(expression, Source);
        var ofPullRequest = Source with { Ref = "refs/pull/7/merge" };
        var name = expression.Contains(@"-pull\.yml", StringComparison.Ordinal) ? "on-pull.yml"
            : expression.Contains(@"pull\.yml", StringComparison.Ordinal) ? "pull.yml" : "publish.yml";

        Assert.Equal(isNamed, signer.SpelledAs(new WorkflowCertificate($"{file}{name}@refs/pull/7/merge", ofPullRequest)) is not null);
        // It is only called for the pull request.
        Assert.Null(signer.SpelledAs(new WorkflowCertificate($"{file}{name}@refs/heads/main", ofPullRequest)));
    }

    [Theory]
    [InlineData("^(")]
    [InlineData("^https://github.com/[owner/")]
    [InlineData("^a**")]
    [InlineData("^a(?=b)$")]
    [InlineData(@"^(a)\1$")]
    [InlineData("^a)(b$")]
    public async Task An_expression_that_cosign_could_not_read_is_refused_before_anything_is_built(string text) =>
        Assert.Contains($"--signed-by cannot be '{text}': it is not a regular expression", await RefusedAsync(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("^https://github.com/owner/")]
    [InlineData(@"^https://github.com/owner/app\$")]
    [InlineData("^https://github.com/owner/app[$]")]
    [InlineData("^a|b$")]
    [InlineData("^(a$)")]
    [InlineData(@"^\Qa$")]
    [InlineData(@"^\Qx\Ea)|(b$")]
    [InlineData("^a[]$")]
    [InlineData("^?a$")]
    [InlineData("^*a$")]
    [InlineData("^{0}a$")]
    public async Task An_expression_that_may_match_a_part_is_refused(string text) =>
        Assert.StartsWith($"--signed-by cannot be '{text}': ", await RefusedAsync(text), StringComparison.Ordinal);

    [Theory]
    [InlineData(@"^https://github\.com/(?P<owner>a|b)/.*$")]
    [InlineData(@"^\Qa.b|)\E\pL[[:alpha:]|)](?i:x|y)\z")]
    [InlineData(@"^a\|b[]|](c|d)$")]
    public async Task What_matches_the_whole_identity_is_taken_and_what_only_RE2_has_is_left_to_cosign(string text) =>
        Assert.Equal(new ExpectedSigner.Workflow(text, Source), await ExpectedSigner.ParseAsync(text, () => Task.FromResult(Source)));

    [Theory]
    [InlineData("https://github.com/owner/app.net/.github/workflows/publish.yml@refs/heads/main", true)]
    [InlineData("https://github.com/Owner/App.Net/.github/workflows/publish.yml@refs/tags/v1", true)]
    [InlineData("https://github.com/owner/app-net/.github/workflows/publish.yml@refs/heads/main", false)]
    [InlineData("https://github.com/owner/app.net/.github/workflows/publish.yml@refs/pull/7/merge", false)]
    [InlineData("https://github.com/owner/app.net/.github/workflows/publish.yml@refs/pull/7/merge@refs/heads/x", false)]
    [InlineData("https://github.com/owner/app.net/.github/workflows/publish.yml", false)]
    [InlineData("https://evil.example/?https://github.com/owner/app.net/.github/workflows/publish.yml@refs/heads/main", false)]
    public void Any_workflow_of_a_repository_is_one_on_a_branch_or_tag_of_exactly_that_one(string identity, bool isMatch)
    {
        var signer = (ExpectedSigner.Workflow)ExpectedSigner.AnyWorkflowOf("https://github.com", Source with { Repository = "owner/app.net" });

        Assert.Equal(isMatch, Regex.IsMatch(identity, signer.Identity));
    }

    [Theory]
    [InlineData("https://github.com/Octo/app/.github/workflows/publish.yml@refs/tags/v1.2.4", true)]
    [InlineData("https://github.com/octo/app/.github/workflows/nightly.yml@refs/heads/main", true)]
    [InlineData("https://github.com/octo/app/.github/workflows/publish.yml@refs/pull/7/merge", true)]
    [InlineData("https://github.com/octo/app/.github/workflows/publish.yml@refs/pull/8/merge", false)]
    [InlineData("https://github.com/octo/app2/.github/workflows/publish.yml@refs/tags/v1.2.4", false)]
    public void A_workflow_or_a_sibling_is_any_of_its_repository(string identity, bool isMatch)
    {
        var signer = new ExpectedSigner.Workflow("https://github.com/octo/app/.github/workflows/publish.yml@refs/pull/7/merge", Source).OrSibling;

        Assert.Equal(Source, signer.Source);
        Assert.Equal(isMatch, Regex.IsMatch(identity, signer.Identity));
        Assert.Equal(signer, signer.OrSibling);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u00a0")]
    [InlineData("\0refs/heads/main")]
    public void A_record_that_leaves_open_for_what_its_signer_ran_is_refused(string reference)
    {
        var record = new PublishRecord
        {
            Image = "app", Digest = Digest.Of([]), Repository = "ghcr.io/owner/app", Version = "1.2.3", Revision = "", Platforms = [],
            SignedBy = new RecordedSigner(Publisher, Source with { Ref = reference }),
        };
        var file = _folder.Combine("app.json");
        record.Write(file);

        var failure = Assert.Throws<DeliveryException>(() => PublishRecord.Read(file));

        Assert.Contains("'signer' or 'signerSource' has an empty text", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://github.com", "https://token.actions.githubusercontent.com")]
    [InlineData("https://octo.ghe.com", "https://token.actions.octo.ghe.com")]
    [InlineData("https://github.example.com", "https://github.example.com/_services/token")]
    public void A_server_has_its_own_issuer(string server, string issuer) => Assert.Equal(issuer, WorkflowSource.IssuerOf(server));

    [Theory]
    [InlineData("owner/app", null, "owner/app")]
    [InlineData("https://github.example.com/owner/app/", "https://github.example.com", "owner/app")]
    [InlineData("owner/app.git", null, "owner/app")]
    [InlineData("http://github.example.com:8443/owner/app.git", "https://github.example.com:8443", "owner/app")]
    [InlineData("https://someone:a-password@github.com/owner/app", "https://github.com", "owner/app")]
    [InlineData("https://www.github.com/owner/app", "https://github.com", "owner/app")]
    [InlineData("owner/.git", null, null)]
    [InlineData("https://gitlab.example.com/group/sub/app", null, null)]
    [InlineData("app", null, null)]
    [InlineData("owner/app\n", null, null)]
    public void A_repository_is_named_as_GitHub_names_it_or_by_its_address(string text, string? server, string? repository) =>
        Assert.Equal(repository is null ? null : (server, repository), WorkflowSource.TryParseRepository(text));

    private static async Task<string> RefusedAsync(string text) =>
        (await Assert.ThrowsAsync<WrongUseException>(() => ExpectedSigner.ParseAsync(text, () => Task.FromResult(Source)))).Message;

    private static async Task<string> ArgumentsAsync(string text) => Arguments(await ExpectedSigner.ParseAsync(text, () => Task.FromResult(Source)));

    private static string Arguments(ExpectedSigner signer) => string.Join(' ', signer.VerifyArguments(Image));
}
