using CsCheck;

namespace Acci.Oci.Tests;

public sealed class ImageReferenceTests
{
    private const string SomeDigest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static readonly Gen<string> Word = Gen.Char["abz09"].Array[1, 5].Select(letters => new string(letters));
    private static readonly Gen<string> Component = Gen.Select(Word, Gen.OneOf(".", "_", "__", "-", "---"), Word, (a, separator, b) => a + separator + b);
    private static readonly Gen<string> Path = Gen.OneOf(Word, Component).Array[1, 4].Select(parts => string.Join('/', parts));
    private static readonly Gen<string> Domain = Gen.OneOf(
        Gen.OneOf("localhost", "ghcr.io", "Example.COM", "127.0.0.1", "[::1]", "[2001:db8::1]"),
        Gen.Select(Gen.OneOf("registry", "ghcr.io", "[::1]"), Gen.Int[1, 65535], (host, port) => $"{host}:{port}"));
    private static readonly Gen<string> Tag = Gen.Select(Gen.Char["aZ0_"], Gen.Char["aZ0_.-"].Array[0, 127], (first, rest) => first + new string(rest));
    private static readonly Gen<string> Reference = Gen.Select(Domain.Null(), Path, Tag.Null(), Gen.Bool, (domain, path, tag, hasDigest) =>
        (domain is null ? "" : $"{domain}/") + path + (tag is null ? "" : $":{tag}") + (hasDigest ? $"@{SomeDigest}" : ""));

    [Fact]
    public void A_reference_is_written_as_it_was_read() =>
        Reference.Sample(text => ImageReference.Parse(text).ToString() == text);

    [Fact]
    public void A_full_name_stays_what_it_is() =>
        Reference.Sample(text => ImageReference.Parse(text).Normalize() is var full && full.Normalize() == full && ImageReference.Parse(full.ToString()) == full);

    [Fact]
    public void No_text_is_read_as_something_else() =>
        Gen.String[Gen.Char["aA0.:/@-_[] %é"], 0, 40].Sample(text =>
            ImageReference.TryParse(text, out var reference, out var problem) ? reference.ToString() == text : problem.Length > 0);

    [Theory]
    [InlineData("postgres", "docker.io/library/postgres")]
    [InlineData("postgres:15", "docker.io/library/postgres:15")]
    [InlineData("owner/app", "docker.io/owner/app")]
    [InlineData("library/foo/bar", "docker.io/library/foo/bar")]
    [InlineData("docker.io/postgres", "docker.io/library/postgres")]
    [InlineData("index.docker.io/postgres:15", "docker.io/library/postgres:15")]
    [InlineData("index.docker.io/owner/app", "docker.io/owner/app")]
    [InlineData("foo.com:8080", "docker.io/library/foo.com:8080")]
    [InlineData("registry/app", "docker.io/registry/app")]
    [InlineData("localhost/app", "localhost/app")]
    [InlineData("LOCALDOMAIN/app", "LOCALDOMAIN/app")]
    [InlineData("registry:5000/app", "registry:5000/app")]
    [InlineData("[::1]:5000/app", "[::1]:5000/app")]
    [InlineData("ghcr.io/owner/app:1@" + SomeDigest, "ghcr.io/owner/app:1@" + SomeDigest)]
    [InlineData("docker.io/1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a", "docker.io/library/1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a")]
    public void A_short_name_is_completed_as_docker_does_it(string name, string full) => Assert.Equal(full, ImageReference.Parse(name).Normalize().ToString());

    // What BuildKit asks for, seen with docker buildx build and a context that is not there: 'FROM' as it is on the left.
    [Theory]
    [InlineData("postgres", "postgres")]
    [InlineData("postgres:latest", "postgres")]
    [InlineData("postgres:15", "postgres:15")]
    [InlineData("library/postgres:latest", "postgres")]
    [InlineData("docker.io/postgres", "postgres")]
    [InlineData("docker.io/library/postgres:latest", "postgres")]
    [InlineData("index.docker.io/library/postgres:15", "postgres:15")]
    [InlineData("library/foo/bar", "library/foo/bar")]
    [InlineData("docker.io/library/foo/bar:latest", "library/foo/bar")]
    [InlineData("owner/app:latest", "owner/app")]
    [InlineData("docker.io/owner/app:1", "owner/app:1")]
    [InlineData("ghcr.io/o/x:latest", "ghcr.io/o/x")]
    [InlineData("ghcr.io/o/x", "ghcr.io/o/x")]
    [InlineData("ghcr.io/library/x:latest", "ghcr.io/library/x")]
    [InlineData("GHCR.io/o/x:Latest", "GHCR.io/o/x:Latest")]
    [InlineData("registry-1.docker.io/library/postgres", "registry-1.docker.io/library/postgres")]
    [InlineData("localhost/app:latest", "localhost/app")]
    [InlineData("registry:5000/app:latest", "registry:5000/app")]
    [InlineData("postgres@" + SomeDigest, "postgres@" + SomeDigest)]
    [InlineData("docker.io/library/postgres:latest@" + SomeDigest, "postgres:latest@" + SomeDigest)]
    public void BuildKit_looks_for_what_stands_for_an_image_under_one_name(string written, string name) =>
        Assert.Equal(name, ImageReference.Parse(written).ToContextName());

    [Theory]
    [InlineData("postgres:15", "registry-1.docker.io")]
    [InlineData("docker.io/owner/app", "registry-1.docker.io")]
    [InlineData("ghcr.io/owner/app", "ghcr.io")]
    [InlineData("127.0.0.1:5000/app", "127.0.0.1:5000")]
    public void The_registry_is_where_a_client_connects_to(string name, string registry) => Assert.Equal(registry, ImageReference.Parse(name).Registry);

    [Fact]
    public void An_identifier_is_not_completed_to_a_name()
    {
        var identifier = ImageReference.Parse("1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a");
        Assert.Equal(ReferenceError.Identifier, Assert.Throws<InvalidReferenceException>(identifier.Normalize).Error);
    }

    [Fact]
    public void A_name_that_becomes_too_long_by_completing_it_is_refused()
    {
        var name = ImageReference.Parse(new string('a', 255));
        Assert.Equal(ReferenceError.RepositoryTooLong, Assert.Throws<InvalidReferenceException>(name.Normalize).Error);
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("ghcr.io/owner/App", "the repository has upper-case letters, and must have none")]
    [InlineData("acci :1", "it has white space in it")]
    [InlineData("acci:", "the tag after ':' is empty")]
    [InlineData("acci:-1", "the tag '-1' starts with '-', and must start with a letter, a digit or '_'")]
    [InlineData("acci:1+2", "the tag '1+2' has characters other than letters, digits, '_', '.' and '-'")]
    [InlineData("acci@sha256:12", "'sha256:12' after '@' is not a digest, write sha256: and 64 hexadecimal digits")]
    [InlineData("acci@sha256:00000000000000000000000000000000", "in its digest, sha256 has 64 hexadecimal digits, this has 32")]
    [InlineData(":1", "it names no repository")]
    [InlineData("ghcr.io//acci", "a part of the repository is empty: it starts or ends with '/', or has '//' in it")]
    [InlineData("https://ghcr.io/owner/acci", "it is a URL, leave 'https://' out")]
    [InlineData("ghcr.io/ow$ner/acci", "'ow$ner' can be no part of a repository: write lower-case letters and digits, with one '.', one or two '_', or dashes between them")]
    [InlineData("[::1]:5000", "a repository must follow the registry's address, as in [::1]:5000/app")]
    public void An_error_names_what_is_wrong(string text, string problem)
    {
        var error = Assert.Throws<InvalidReferenceException>(() => ImageReference.Parse(text));
        Assert.Equal($"'{text}' is not an image reference: {problem}.", error.Message);
        Assert.False(ImageReference.TryParse(text, out _, out var said));
        Assert.Equal(problem, said);
    }

    [Fact]
    public void A_tag_of_129_characters_is_one_too_long()
    {
        var acci = ImageReference.Parse("acci");
        Assert.Equal($"acci:{new string('1', 128)}", acci.WithTag(new string('1', 128)).ToString());
        var error = Assert.Throws<InvalidReferenceException>(() => acci.WithTag(new string('1', 129)));
        Assert.EndsWith("the tag has 129 characters, at most 128 are allowed.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_tag_cannot_be_put_on_by_any_way()
    {
        var acci = ImageReference.Parse("acci:1");
        Assert.Throws<InvalidReferenceException>(() => acci with { Tag = "1.2.3+4" });
    }

    [Fact]
    public void A_tag_takes_the_place_of_a_digest_and_the_other_way_round()
    {
        var digest = Digest.Parse(SomeDigest);
        var acci = ImageReference.Parse("ghcr.io/owner/acci:1");
        Assert.Equal($"ghcr.io/owner/acci@{SomeDigest}", acci.WithDigest(digest).ToString());
        Assert.Equal("ghcr.io/owner/acci:2", acci.WithDigest(digest).WithTag("2").ToString());
    }

    [Theory]
    [InlineData("ada:open-sesame@registry.example.com/app:1")]
    [InlineData("https://ada:open-sesame@registry.example.com/app")]
    [InlineData("ada:open/ses@me@registry.example.com/app")]
    public void A_login_in_a_reference_is_refused_and_not_repeated(string text)
    {
        var message = Assert.Throws<InvalidReferenceException>(() => ImageReference.Parse(text)).Message;

        Assert.StartsWith("'***@registry.example.com/app", message, StringComparison.Ordinal);
        Assert.DoesNotMatch("sesame|ses@me|open", message);
    }
}
