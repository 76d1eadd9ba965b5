using System.Text.Json;
using Acci.Configuration;
using Acci.Environments.Files;
using Acci.Environments.Specification;
using Acci.Environments.Swarm;
using Acci.Settings;
using CsCheck;

namespace Acci.Environments.Tests;

/// <summary>What the settings files say is what the app's own configuration reads, in a container of docker compose and in one of a swarm. The variables are the process's: alone.</summary>
[Collection(nameof(AlteredProcess))]
public sealed class AppBindingTests : IDisposable
{
    private const string SecretsVariable = "SECRETS_DIRECTORY";
    private static readonly SettingName Password = SettingName.Of((AppSettings s) => s.Database.Password, AppSettings.Naming);

    private readonly HashSet<string> _set = [];

    public void Dispose()
    {
        foreach (var variable in _set) Environment.SetEnvironmentVariable(variable, null);
    }

    [Fact]
    public void Any_text_of_any_setting_is_what_the_app_reads() => Gen.Select(Text, Text, Text).Sample(
        (name, user, redisUser) =>
        {
            using var folder = new SettingsFolder(prod: JsonSerializer.Serialize(new { Database = new { Name = name, User = user }, Redis = new { User = redisUser } }));
            var model = folder.Model();

            foreach (var file in (ComposeFile[])[model.File, Stack(model)])
            {
                var settings = Read(file);
                Assert.Equal(name.Trim() is { Length: > 0 } database ? database : new DatabaseSettings().Name, settings.Database.Name);
                Assert.Equal(user.Trim() is { Length: > 0 } role ? role : new DatabaseSettings().User, settings.Database.User);
                Assert.Equal(redisUser.Trim() is { Length: > 0 } other ? other : null, settings.Redis.User);
            }
        },
        iter: 300, threads: 1);

    [Fact]
    public void Any_secret_is_what_the_app_reads_from_its_folder_and_from_a_file_that_is_named() => Secret.Sample(
        secret =>
        {
            using var folder = new SettingsFolder();
            var model = folder.Model();
            var files = new SecretFiles(Path.Combine(folder.Root, "deploy", "compose"), "prod");
            files.Ensure(Password, secret, new Dictionary<string, string>());
            var file = files.Find(Password, new Dictionary<string, string>()).Path;

            Set(SecretsVariable, Path.GetDirectoryName(file)!);
            Assert.Equal(secret, Read(model.File).Database.Password);

            Set(SecretsVariable, folder.Root);
            Set(Password.FileVariable, file);
            Assert.Equal(secret, Read(model.File).Database.Password);
            Set(Password.FileVariable, null);
        },
        iter: 200, threads: 1);

    // What is empty is no value: that of a setting that is required is an error.
    private static Gen<string> Text => AnyText.Value.Where(x => x.Length > 0);

    // A line's end at the end is the file's, and a mark at its beginning says how it is encoded; neither is the secret's.
    private static Gen<string> Secret => AnyText.Value.Where(x => x.Length > 0 && x[^1] is not ('\r' or '\n') && x[0] != '\ufeff');

    private static ComposeFile Stack(EnvironmentModel model) => SwarmStack.Of(
        model.File, new Dictionary<string, string> { ["ACCI_IMAGE"] = "acci" }, new Dictionary<string, string> { [model.File.Secrets!.Keys.Single()] = "secret" }, _ => "here", hasIngress: true);

    // As a container is told it: through the file's text, with nothing set from outside.
    private AppSettings Read(ComposeFile file)
    {
        var environment = YamlText.ToJson(ComposeWriter.ToYaml(file))["services"]!["acci"]!["environment"]!.AsObject();
        foreach (var (variable, value) in environment) Set(variable, RoundTripTests.Substitute((string)value!, new Dictionary<string, string>()));
        return SettingsSources.Read();
    }

    private void Set(string variable, string? value)
    {
        _set.Add(variable);
        Environment.SetEnvironmentVariable(variable, value);
    }
}
