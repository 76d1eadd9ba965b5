using System.Text.Json;
using Acci.Configuration;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Environments.Specification;
using Acci.Environments.Tests;
using Acci.Settings;
using Acci.Testing;
using CsCheck;

namespace Acci.Instance.Tests;

/// <summary>What the settings files say is what the app reads in its container. The variables are the process's: alone.</summary>
[Collection(nameof(AlteredProcess))]
public sealed class AppBindingTests : IDisposable
{
    private const string SecretsVariable = "SECRETS_DIRECTORY";
    private static readonly EnvironmentDeclaration Declaration = AppEnvironments.Declaration;
    private static readonly SettingName Password = SettingName.Of((AppSettings s) => s.Database.Password, AppSettings.Naming);

    private readonly TemporaryFolder _root = new();
    private readonly HashSet<string> _set = [];

    public AppBindingTests() => WriteSettings(
        "settings.json", File.ReadAllText(Path.Combine(SourceTree.Root, Declaration.SettingsFolder, "settings.json")));

    public void Dispose()
    {
        foreach (var variable in _set) Environment.SetEnvironmentVariable(variable, null);
        _root.Dispose();
    }

    [Fact]
    public void Any_text_of_any_setting_is_what_the_app_reads() => Gen.Select(Text, Text, Text).Sample(
        (name, user, redisUser) =>
        {
            var settings = Read(Model(new { Database = new { Name = name, User = user }, Redis = new { User = redisUser } }));

            Assert.Equal(name.Trim() is { Length: > 0 } database ? database : new DatabaseSettings().Name, settings.Database.Name);
            Assert.Equal(user.Trim() is { Length: > 0 } role ? role : new DatabaseSettings().User, settings.Database.User);
            Assert.Equal(redisUser.Trim() is { Length: > 0 } other ? other : null, settings.Redis.User);
        },
        iter: 300, threads: 1);

    [Fact]
    public void Any_secret_is_what_the_app_reads_from_its_folder_and_from_a_file_that_is_named() => Secret.Sample(
        secret =>
        {
            var model = Model(new { });
            var target = (string)YamlText.ToJson(model.ToYaml())["services"]![Declaration.Name]!["secrets"]![0]!["target"]!;
            var file = _root.Combine("secrets", target);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, secret);

            Set(SecretsVariable, Path.GetDirectoryName(file)!);
            Assert.Equal(secret, Read(model).Database.Password);

            Set(SecretsVariable, _root.Path);
            Set(Password.FileVariable, file);
            Assert.Equal(secret, Read(model).Database.Password);
            Set(Password.FileVariable, null);
        },
        iter: 200, threads: 1);

    [Fact]
    public void Where_the_files_say_nothing_the_app_has_its_own_defaults()
    {
        var settings = Read(Model(new { }));

        Assert.Equal(new ServerSettings().BackendPort, settings.Server.BackendPort);
        Assert.Equal((new DatabaseSettings().Name, new DatabaseSettings().User), (settings.Database.Name, settings.Database.User));
    }

    private static Gen<string> Text => AnyText.Value.Where(x => x.Length > 0);

    // A line's end at the end is the file's, and a mark at its beginning says how it is encoded; neither is the secret's.
    private static Gen<string> Secret => AnyText.Value.Where(x => x.Length > 0 && x[^1] is not ('\r' or '\n') && x[0] != '\ufeff');

    private EnvironmentModel Model(object settings)
    {
        WriteSettings("settings.prod.json", JsonSerializer.Serialize(settings));
        return new ComposeFiles(_root.Path, Declaration).ModelOf("prod");
    }

    // As a container is told it: through the file's text, with nothing set from outside.
    private AppSettings Read(EnvironmentModel model)
    {
        var environment = YamlText.ToJson(ComposeWriter.ToYaml(model.File))["services"]![Declaration.Name]!["environment"]!.AsObject();
        foreach (var (variable, value) in environment) Set(variable, ComposeText.Substitute((string)value!, new Dictionary<string, string>()));
        return SettingsSources.Read();
    }

    private void WriteSettings(string file, string text)
    {
        Directory.CreateDirectory(_root.Combine(Declaration.SettingsFolder));
        File.WriteAllText(_root.Combine(Declaration.SettingsFolder, file), text);
    }

    private void Set(string variable, string? value)
    {
        _set.Add(variable);
        Environment.SetEnvironmentVariable(variable, value);
    }
}

/// <summary>Tests that change what the whole process sees run alone.</summary>
[CollectionDefinition(nameof(AlteredProcess), DisableParallelization = true)]
public sealed class AlteredProcess;
