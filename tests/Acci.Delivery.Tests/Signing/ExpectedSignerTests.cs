using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>Whoever verifies says who must have signed.</summary>
public sealed class ExpectedSignerTests : IDisposable
{
    private const string Publisher = "https://github.com/owner/app/.github/workflows/publish.yml@refs/heads/main";
    private const string Issuer = "--certificate-oidc-issuer https://token.actions.githubusercontent.com";

    private static readonly ImageReference Image = ImageReference.Parse("ghcr.io/owner/app").WithDigest(Digest.Of([1]));

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_workflow_is_named_in_full_or_by_a_regular_expression()
    {
        Assert.Equal($"verify {Issuer} --certificate-identity {Publisher} {Image}", Arguments(ExpectedSigner.Parse(Publisher)));
        Assert.Equal($"verify {Issuer} --certificate-identity-regexp ^https://github.com/owner/ {Image}", Arguments(ExpectedSigner.Parse("^https://github.com/owner/")));
    }

    [Fact]
    public void A_public_key_is_named_by_its_file()
    {
        var file = _folder.Combine("team.pub");
        File.WriteAllText(file, "");

        Assert.Equal($"verify --key {file} --insecure-ignore-tlog=true {Image}", Arguments(ExpectedSigner.Parse(file)));
    }

    [Fact]
    public void What_is_none_of_these_is_an_error_that_says_what_there_is() =>
        Assert.Contains("--signed-by cannot be 'someone'", Assert.Throws<DeliveryException>(() => ExpectedSigner.Parse("someone")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("^(")]
    [InlineData("^https://github.com/[owner/")]
    [InlineData("^a**")]
    [InlineData("^a(?=b)")]
    [InlineData(@"^(a)\1")]
    public void An_expression_that_cosign_could_not_read_is_refused_before_anything_is_built(string text) =>
        Assert.Contains($"--signed-by cannot be '{text}': it is not a regular expression", Assert.Throws<DeliveryException>(() => ExpectedSigner.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(@"^https://github\.com/(?P<owner>a|b)/.*$")]
    [InlineData(@"^\Qa.b\E\pL[[:alpha:]](?i:x)\z")]
    public void What_only_RE2_has_is_left_to_cosign(string text) => Assert.Equal(new ExpectedSigner.Workflow(text), ExpectedSigner.Parse(text));

    [Fact]
    public void Any_workflow_of_a_repository_is_matched_with_its_dots_for_what_they_are() => Assert.Equal(
        $@"verify {Issuer} --certificate-identity-regexp ^https://github\.com/owner/app\.net/\.github/workflows/ {Image}",
        Arguments(ExpectedSigner.AnyWorkflowOf("https://github.com/owner/app.net")));

    [Theory]
    [InlineData(Publisher, $"{Issuer} --certificate-identity {Publisher}")]
    [InlineData("key 0123456789ab", "--key cosign.pub --insecure-ignore-tlog=true")]
    [InlineData(null, "--key cosign.pub --insecure-ignore-tlog=true")]
    public void A_record_says_whether_a_workflow_signed_or_a_key(string? signer, string arguments) =>
        Assert.Equal($"verify {arguments} {Image}", Arguments(ExpectedSigner.Of(signer, "cosign.pub")));

    private static string Arguments(ExpectedSigner signer) => string.Join(' ', signer.VerifyArguments(Image));
}
