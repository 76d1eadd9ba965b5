using Acci.Delivery.Compose;
using Acci.Delivery.Tests.Registries;

namespace Acci.Delivery.Tests.Compose;

public class EnvironmentFileTests
{
    private static readonly Variable[] Known = [new("ACCI_PORTS", "Ports", "8080-8082"), new("ACCI_IMAGE", "Image", null)];

    [Theory]
    [InlineData("A=b", "b")]
    [InlineData("  export A = b  # comment", "b")]
    [InlineData("A=b#c", "b#c")]
    [InlineData("A=", "")]
    [InlineData("A='b # c'  # comment", "b # c")]
    [InlineData("A='$b ${c}'", "$b ${c}")]
    [InlineData("A='it\\'s'", "it's")]
    [InlineData("A=\"b\\n\\\"c\\\" \\\\ \\$d $$e\"", "b\n\"c\" \\ $d $e")]
    [InlineData("A='one\ntwo'", "one\ntwo")]
    [InlineData("A=$$b", "$b")]
    public void A_line_is_read_as_docker_compose_reads_it(string text, string value) => Assert.Equal(value, EnvironmentFile.Parse($"# first\n\n{text}\nB=1\n").Values["A"]);

    [Theory]
    [InlineData("A=pa$word", "line 2", "'$word'", "single quotes")]
    [InlineData("A=\"${HOME}/x\"", "line 2", "'${HOME}'", "single quotes")]
    [InlineData("A='open", "line 2", "does not end")]
    [InlineData("A='b' c", "line 2", "comment")]
    [InlineData("just words", "line 2", "NAME=value")]
    [InlineData("A=\"\\0101\"", "line 2", "\\0")]
    public void A_value_that_would_not_arrive_as_it_is_written_is_an_error(string text, params string[] words)
    {
        var error = Assert.Throws<DeliveryException>(() => EnvironmentFile.Parse($"B=1\n{text}", ".env.prod"));

        Assert.All(words.Append(".env.prod"), word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_person_typed_stays_byte_for_byte_and_only_what_is_missing_is_added()
    {
        const string typed = "# mine\r\nACCI_PORTS = '1-3' # three\nMORE=1";

        var text = EnvironmentFile.Parse(typed).With(Known, "preamble");

        Assert.StartsWith(typed + "\n", text, StringComparison.Ordinal);
        Assert.Equal("\n# Image.\n#ACCI_IMAGE=\n", text[(typed.Length + 1)..]);
        Assert.Equal(text, EnvironmentFile.Parse(text).With(Known, "preamble"));
    }

    [Fact]
    public void A_new_file_explains_every_variable_and_sets_none()
    {
        var text = EnvironmentFile.Parse("").With(Known, "preamble");

        Assert.Equal("# preamble\n\n# Ports.\n#ACCI_PORTS=8080-8082\n\n# Image.\n#ACCI_IMAGE=\n", text);
        Assert.Empty(EnvironmentFile.Parse(text).Values);
    }

    [Fact]
    public void Nobody_but_its_owner_can_read_the_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        using var folder = new TemporaryFolder();
        var file = folder.Combine("compose", ".env.prod");

        EnvironmentFile.Write(file, "A=1\n");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal("A=1\n", File.ReadAllText(file));
    }
}
