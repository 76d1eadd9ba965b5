using Acci.Environments.Files;
using Acci.Environments.Variables;
using Acci.Testing;

namespace Acci.Environments.Tests;

public class EnvironmentFileTests
{
    private static readonly Variable[] Known = [new("BAKERY_PORTS", "Ports", "8080-8082"), new("BAKERY_IMAGE", "Image", null)];

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
    [InlineData("A=pa$word", "line 2", "value of A", "single quotes")]
    [InlineData("A=\"${HOME}/x\"", "line 2", "value of A", "single quotes")]
    [InlineData("A='open", "line 2", "does not end")]
    [InlineData("A='b' c", "line 2", "comment")]
    [InlineData("just words", "line 2", "NAME=value")]
    [InlineData("A=\"\\0101\"", "line 2", "value of A", "escape")]
    public void A_value_that_would_not_arrive_as_it_is_written_is_an_error(string text, params string[] words)
    {
        var error = Assert.Throws<DeliveryException>(() => EnvironmentFile.Parse($"B=1\n{text}", ".env.prod"));

        Assert.All(words.Append(".env.prod"), word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("PASSWORD=s3cret$Tail")]
    [InlineData("PASSWORD=\"s3cret${Tail}\"")]
    [InlineData("PASSWORD=\"s3cret\\Tail\"")]
    [InlineData("PASSWORD='s3cret' Tail")]
    [InlineData("PASSWORD='s3cret Tail")]
    [InlineData("PASSWORD=one\ns3cret Tail")]
    [InlineData("PASSWORD=one\n s3cret/=Tail")]
    public void No_error_shows_any_part_of_a_value(string text)
    {
        var error = Assert.Throws<DeliveryException>(() => EnvironmentFile.Parse(text, ".env.prod"));

        Assert.Contains(".env.prod, line ", error.Message, StringComparison.Ordinal);
        Assert.All((string[])["s3cret", "Tail", "\\"], part => Assert.DoesNotContain(part, error.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("NAME='mine'\n", "mine")]
    [InlineData("broken\nexport NAME=mine # x\nA='open", "mine")]
    [InlineData("NAME=first\nNAME=pa$word\n", "first")]
    [InlineData("NAME=\n", null)]
    [InlineData("#NAME=mine\n", null)]
    public void One_variable_is_found_in_a_file_that_is_broken_elsewhere(string text, string? value)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.Combine("file"), text);

        Assert.Equal(value, EnvironmentFile.Find(folder.Combine("file"), "NAME"));
        Assert.Null(EnvironmentFile.Find(folder.Combine("none"), "NAME"));
    }

    [Fact]
    public void A_comment_says_what_holds_now()
    {
        const string earlier = "# Ports.\r\n#BAKERY_PORTS=8080-8081\r\n\n# my own note: #BAKERY_IMAGE=old\nBAKERY_IMAGE=typed\n";

        Assert.Equal(earlier.Replace("8080-8081", "8080-8082", StringComparison.Ordinal), EnvironmentFile.Parse(earlier).With(Known, "preamble"));
    }

    [Fact]
    public void What_a_person_typed_stays_byte_for_byte_and_only_what_is_missing_is_added()
    {
        const string typed = "# mine\r\nBAKERY_PORTS = '1-3' # three\nMORE=1";

        var text = EnvironmentFile.Parse(typed).With(Known, "preamble");

        Assert.StartsWith(typed + "\n", text, StringComparison.Ordinal);
        Assert.Equal("\n# Image.\n#BAKERY_IMAGE=\n", text[(typed.Length + 1)..]);
        Assert.Equal(text, EnvironmentFile.Parse(text).With(Known, "preamble"));
    }

    [Fact]
    public void A_new_file_explains_every_variable_and_sets_none()
    {
        var text = EnvironmentFile.Parse("").With(Known, "preamble");

        Assert.Equal("# preamble\n\n# Ports.\n#BAKERY_PORTS=8080-8082\n\n# Image.\n#BAKERY_IMAGE=\n", text);
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

    [Fact]
    public void A_file_that_exists_keeps_its_mode_and_a_link_what_it_leads_to()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        using var folder = new TemporaryFolder();
        const UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        Directory.CreateDirectory(folder.Combine("elsewhere"));
        File.WriteAllText(folder.Combine("elsewhere", "real"), "A=1\n");
        File.SetUnixFileMode(folder.Combine("elsewhere", "real"), mode);
        File.CreateSymbolicLink(folder.Combine(".env.prod"), "elsewhere/real");

        EnvironmentFile.Write(folder.Combine(".env.prod"), "A=2\n");

        Assert.Equal("elsewhere/real", new FileInfo(folder.Combine(".env.prod")).LinkTarget);
        Assert.Equal("A=2\n", File.ReadAllText(folder.Combine("elsewhere", "real")));
        Assert.Equal(mode, File.GetUnixFileMode(folder.Combine("elsewhere", "real")));
    }
}
