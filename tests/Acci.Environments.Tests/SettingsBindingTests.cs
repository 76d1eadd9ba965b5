using System.Text.Json;
using Acci.Environments.Files;
using Acci.Environments.Specification;
using Acci.Environments.Swarm;
using Acci.Settings;
using CsCheck;

namespace Acci.Environments.Tests;

/// <summary>What the settings files say is what <c>Acci.Settings</c> reads, in a container of docker compose and in one of a swarm.</summary>
public sealed class SettingsBindingTests
{
    [Fact]
    public void Any_text_of_any_setting_is_what_is_read() => Gen.Select(Text, Text, Text).Sample(
        (name, user, redisUser) =>
        {
            var files = new { Database = new { Name = name, User = user }, Redis = new { User = redisUser } };
            using var folder = new SettingsFolder(prod: JsonSerializer.Serialize(files));
            var model = folder.Model();

            foreach (var file in (ComposeFile[])[model.File, Stack(model)])
            {
                var settings = BakerySettings.Read(new Container(file));
                Assert.Equal(name.Trim() is { Length: > 0 } database ? database : new BakeryDatabase().Name, settings.Database.Name);
                Assert.Equal(user.Trim() is { Length: > 0 } role ? role : new BakeryDatabase().User, settings.Database.User);
                Assert.Equal(redisUser.Trim() is { Length: > 0 } other ? other : null, settings.Redis.User);
            }
        },
        iter: 300, threads: 1);

    // What is empty is no value: that of a setting that is required is an error.
    private static Gen<string> Text => AnyText.Value.Where(x => x.Length > 0);

    private static ComposeFile Stack(EnvironmentModel model) => SwarmStack.Of(
        model.File,
        new Dictionary<string, string> { ["BAKERY_IMAGE"] = "bakery" },
        new Dictionary<string, string> { [model.File.Secrets!.Keys.Single()] = "secret" },
        _ => "here", hasIngress: true, "/checkout/ops");

    // As a container is told it: through the file's text, with nothing set from outside.
    private sealed class Container(ComposeFile file) : ISettingsSource
    {
        private readonly Dictionary<string, string> _environment = YamlText.ToJson(ComposeWriter.ToYaml(file))["services"]!["bakery"]!["environment"]!
            .AsObject().ToDictionary(x => x.Key, x => ComposeText.Substitute((string)x.Value!, new Dictionary<string, string>()));

        public IEnumerable<string> Variables => _environment.Keys;

        public string? Find(SettingName name) => _environment.GetValueOrDefault(name.EnvironmentVariable) is { Length: > 0 } value ? value : null;
    }
}
