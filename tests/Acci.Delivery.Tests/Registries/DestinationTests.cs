using Acci.Delivery.Images;
using Acci.Delivery.Registries;

namespace Acci.Delivery.Tests.Registries;

public class DestinationTests
{
    [Theory]
    [InlineData("ghcr.io/Owner", "ghcr.io", "owner", false)]
    [InlineData("ghcr.io/owner/", "ghcr.io", "owner", false)]
    [InlineData("registry.example.com:5000", "registry.example.com:5000", "", false)]
    [InlineData("127.0.0.1:5600", "127.0.0.1:5600", "", true)]
    [InlineData("127.9.9.9:5600/a/b", "127.9.9.9:5600", "a/b", true)]
    [InlineData("localhost:5000", "localhost:5000", "", true)]
    [InlineData("[::1]:5000", "[::1]:5000", "", true)]
    public void A_registry_is_a_host_and_a_path(string text, string domain, string path, bool loopback)
    {
        var destination = Destination.Parse(text);

        Assert.Equal((domain, path, loopback), (destination.Domain, destination.Path, destination.IsLoopback));
        Assert.Equal(path.Length == 0 ? $"{domain}/app" : $"{domain}/{path}/app", destination.RepositoryOf(new ImageDefinition("app") { Dockerfile = "Dockerfile" }).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("owner")]
    [InlineData("owner/more")]
    [InlineData("https://ghcr.io/owner")]
    [InlineData("ghcr.io/ow ner")]
    public void Anything_else_is_refused_with_the_parameter_s_name(string text)
    {
        var exception = Assert.Throws<DeliveryException>(() => Destination.Parse(text));

        Assert.Contains("--registry", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://{0}@ghcr.io/owner")]
    [InlineData("{0}@ghcr.io/owner")]
    [InlineData("https://{0}/w@ghcr.io")]
    public void A_login_within_the_address_is_refused_and_shown_nowhere(string form)
    {
        var password = $"p4ss@{Guid.NewGuid():N}";
        var text = form.Replace("{0}", $"user:{password}", StringComparison.Ordinal);

        var exception = Assert.Throws<WrongUseException>(() => Destination.Parse(text));

        Assert.StartsWith("--registry has a user or a password before an @", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(password, $"{exception.Message} {Redaction.Redact(text)}", StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_refusal_names_the_parameter_that_was_typed()
    {
        Assert.StartsWith("--promote-from-registry has", Assert.Throws<WrongUseException>(() => Destination.Parse("a:b@ghcr.io", "--promote-from-registry")).Message, StringComparison.Ordinal);
        Assert.StartsWith("--promote-from-registry cannot", Assert.Throws<DeliveryException>(() => Destination.Parse("owner", "--promote-from-registry")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bob:first-p4ss@127.0.0.1:1/x/app:1", "first-p4ss")]
    [InlineData("ghcr.io/o,https://bob:second-p4ss@host/o", "second-p4ss")]
    [InlineData("Publish+bob:third-p4ss@ghcr.io/o", "third-p4ss")]
    [InlineData("bob:fourth/p+4,ss@ghcr.io/o", "fourth/p+4,ss")]
    public void A_login_that_is_typed_anywhere_is_masked_from_then_on(string typed, string password)
    {
        LoginInAddress.MaskAll(["Publish", "--registry", typed]);

        Assert.DoesNotContain(password, Redaction.Redact($"there is no target '{typed}'; {password}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://github.com/owner/app/.github/workflows/publish.yml@refs/heads/visible-1")]
    [InlineData("alpine:visible-2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("visible-3@example.com")]
    [InlineData("https://ghe.example.com:8443/owner/visible-4/.github/workflows/publish.yml@refs/heads/main")]
    [InlineData(@"C:\src\@visible-5\findings.sarif")]
    public void What_has_an_at_sign_and_no_login_is_shown(string typed)
    {
        LoginInAddress.MaskAll([typed]);

        Assert.Equal(typed, Redaction.Redact(typed));
    }

    [Theory]
    [InlineData("ghcr.io/owner/app:main")]
    [InlineData("ghcr.io/owner/app:main@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("ghcr.io/owner/app@sha256:0123")]
    public void A_digest_is_no_login(string image)
    {
        Assert.Equal(image, LoginInAddress.Refuse("--scan-image", image));
        var error = Assert.Throws<WrongUseException>(() => LoginInAddress.Refuse("--scan-image", $"bob:sha1ke5peare@{image}"));
        Assert.StartsWith("--scan-image has a user or a password", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sha1ke5peare", $"{error.Message} {Redaction.Redact($"bob:sha1ke5peare@{image}")}", StringComparison.Ordinal);
    }
}
