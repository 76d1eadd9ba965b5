using System.Text;

namespace Acci.Oci.Tests;

public class RedactionTests
{
    [Fact]
    public void A_secret_is_masked_wherever_it_stands()
    {
        Redaction.Register("hunter2-hunter2");

        Assert.Equal($"login with {Redaction.Mask}, again {Redaction.Mask}", Redaction.Redact("login with hunter2-hunter2, again hunter2-hunter2"));
    }

    [Fact]
    public void Each_line_of_a_key_is_masked_and_so_is_its_form_in_a_header()
    {
        const string key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\n-----END KEY-----";
        Redaction.Register(key);

        Assert.DoesNotContain("MIIEvQIBADANBgkq", Redaction.Redact("line: MIIEvQIBADANBgkq"), StringComparison.Ordinal);
        Assert.Equal(Redaction.Mask, Redaction.Redact(Convert.ToBase64String(Encoding.UTF8.GetBytes(key))));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("abc")]
    public void What_is_no_secret_masks_nothing(string? secret)
    {
        Redaction.Register(secret);

        Assert.Equal("abc and the rest", Redaction.Redact("abc and the rest"));
    }
}
