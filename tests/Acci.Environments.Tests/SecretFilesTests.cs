using System.Text;
using Acci.Delivery.Processes;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Settings;
using Acci.Testing;
using CsCheck;

namespace Acci.Environments.Tests;

public sealed class SecretFilesTests : IDisposable
{
    private static readonly SettingName Password = SettingName.Of((BakerySettings s) => s.Database.Password, BakerySettings.Naming);
    private static readonly DataSecret Data = new(new ServiceSecret(Password), "postgres-data", "PostgreSQL", "ALTER ROLE … PASSWORD …");
    private static readonly Dictionary<string, string> None = [];

    private readonly SettingsFolder _settings = new();

    private string Folder => Path.Combine(_settings.Root, "deploy", "compose");

    private SecretFiles Files => new(Folder, "prod");

    [Fact]
    public void A_secret_is_made_up_once_strong_and_never_shown()
    {
        var secret = Files.Ensure(Password, null, None);

        Assert.Matches("^[A-Za-z0-9]{32}$", secret);
        Assert.Equal(secret, Files.Ensure(Password, null, None));
        Assert.Equal(Redaction.Mask, Redaction.Redact(secret));
        Assert.NotEqual(secret, new SecretFiles(Path.Combine(_settings.Root, "other"), "prod").Ensure(Password, null, None));
    }

    [Fact]
    public async Task Git_ignores_them_whatever_the_repository_ignores()
    {
        using var repository = new TemporaryRepository();
        await repository.Run("git init --quiet --initial-branch main");
        var folder = Path.Combine(repository.Directory, "ops");

        new SecretFiles(folder, "prod").Ensure(Password, null, None);
        // As an earlier version made them.
        File.Delete(Path.Combine(folder, "secrets", ".gitignore"));
        new SecretFiles(folder, "prod").Ensure(Password, null, None);

        Assert.True(File.Exists(new SecretFiles(folder, "prod").Find(Password, None).Path));
        Assert.Empty((await CommandRunner.RunAsync(new Command("git", "-C", repository.Directory, "status", "--porcelain", "--untracked-files=all"), cancellationToken: TestContext.Current.CancellationToken)).StandardOutput);
    }

    [Fact]
    public void Any_secret_is_the_file_s_text() => AnyText.Value.Where(x => x.Trim('\r', '\n').Length > 0).Sample(
        secret =>
        {
            using var settings = new SettingsFolder();
            var files = new SecretFiles(settings.Root, "prod");

            files.Ensure(Password, secret, None);

            Assert.Equal(Encoding.UTF8.GetBytes(secret), File.ReadAllBytes(files.Find(Password, None).Path));
        },
        iter: 200, threads: 1);

    [Theory]
    [InlineData("\ufeff")]
    [InlineData("\ufeffsecret")]
    public void A_byte_order_mark_is_part_of_a_secret(string secret)
    {
        Assert.Equal(secret, Files.Ensure(Password, secret, None));
        Assert.Null(Files.WouldWrite(Password, secret, None));
    }

    [Fact]
    public void Containers_can_read_the_file_and_nobody_else_gets_to_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        Files.Ensure(Password, "g1ven", None);
        var file = Files.Find(Password, None).Path;

        Assert.Equal("g1ven", File.ReadAllText(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(file)!));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(Folder, "secrets")));
    }

    [Theory]
    [InlineData("missing", "does not exist")]
    [InlineData(".", "is a folder")]
    [InlineData("empty", "is empty")]
    [InlineData("private", "chmod 444")]
    public void A_file_of_a_person_s_own_that_cannot_serve_is_told(string name, string problem)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "empty"), "\n");
        File.WriteAllText(Path.Combine(Folder, "private"), "secret");
        File.SetUnixFileMode(Path.Combine(Folder, "private"), UnixFileMode.UserRead);

        var error = Assert.Throws<DeliveryException>(() => Files.Ensure(Password, null, new Dictionary<string, string> { [Password.FileVariable] = $"./{name}" }));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Contains(Password.FileVariable, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_of_before_go_with_the_password_they_were_made_with_and_no_other()
    {
        Assert.Contains("is gone", Files.ConflictWithData(Data, null, None), StringComparison.Ordinal);
        // How a file that is gone comes back.
        Assert.Null(Files.ConflictWithData(Data, "pass-one", None));

        Files.Ensure(Password, "pass-one", None);

        Assert.Null(Files.ConflictWithData(Data, null, None));
        Assert.Null(Files.ConflictWithData(Data, "pass-one\n", None));
        var conflict = Files.ConflictWithData(Data, "pass-two", None);
        Assert.Contains("ALTER ROLE", conflict, StringComparison.Ordinal);
        Assert.Contains(Files.Find(Password, None).Path, conflict, StringComparison.Ordinal);
        Assert.DoesNotContain("pass-one", conflict, StringComparison.Ordinal);
        Assert.DoesNotContain("pass-two", conflict, StringComparison.Ordinal);
        Assert.Null(Files.ConflictWithData(Data, "pass-two", new Dictionary<string, string> { [Password.FileVariable] = "./own" }));
    }

    public void Dispose() => _settings.Dispose();
}
