using Acci.Delivery.Signing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>What is read from a certificate becomes what cosign is asked for, and anyone may have written it.</summary>
public sealed class WorkflowCertificateTests
{
    private const string Issuer = "https://token.actions.githubusercontent.com";

    private static readonly ForgedCertificate Plain =
        new("https://github.com/octo/app/.github/workflows/publish.yml@refs/heads/main", "octo/app", "refs/heads/main", Issuer);

    public static TheoryData<string> Empty =>
    [
        "", " ", "\t", "\n", "\u0085", "\u00a0", "\u2003", "\u2028", "refs/heads/\u009b1m",
        "\0", "\0refs/heads/main", "refs/heads/main\0", "refs/heads/main\n", "refs/heads/a b", "refs/heads/" + new string('x', 3000),
    ];

    [Theory]
    [MemberData(nameof(Empty))]
    public void A_certificate_with_a_value_that_cosign_would_not_check_is_none(string value)
    {
        Assert.Null(WorkflowCertificate.Read((Plain with { Ref = value }).ToBytes()));
        Assert.Null(WorkflowCertificate.Read((Plain with { Repository = value }).ToBytes()));
        Assert.Null(WorkflowCertificate.Read((Plain with { Issuer = value }).ToBytes()));
    }

    [Fact]
    public void A_certificate_says_each_thing_once()
    {
        Assert.Null(WorkflowCertificate.Read((Plain with { RepeatsRef = true }).ToBytes()));
        Assert.Null(WorkflowCertificate.Read((Plain with { HasTwoNames = true }).ToBytes()));
        // cosign compares what is read here, whatever else the certificate says.
        Assert.Equal("refs/heads/main", WorkflowCertificate.Read((Plain with { OtherRef = "refs/pull/7/merge" }).ToBytes())?.Source.Ref);
    }

    [Theory]
    [InlineData("", "octo/app", Issuer)]
    [InlineData("refs/heads/main", " ", Issuer)]
    [InlineData("refs/heads/main", "octo/app", "")]
    [InlineData("\0", "octo/app", Issuer)]
    public void Cosign_is_never_asked_for_nothing(string reference, string repository, string issuer)
    {
        var image = Oci.ImageReference.Parse("ghcr.io/octo/app").WithDigest(Oci.Digest.Of([1]));
        var signer = new ExpectedSigner.Workflow(Plain.Identity, new WorkflowSource(repository, issuer) { Ref = reference });

        Assert.Throws<InvalidOperationException>(() => signer.VerifyArguments(image));
    }
}
