using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Acci.Delivery.Compose;
using Acci.Delivery.Compose.Specification;
using Acci.Delivery.Processes;
using Acci.Delivery.Tests.Registries;
using Acci.Settings;
using CsCheck;

namespace Acci.Delivery.Tests.Compose;

/// <summary>A value in the settings files is the same value in the app, whatever it is made of, through YAML, .env files and docker compose's interpolation.</summary>
public partial class RoundTripTests
{
    // Everything that means something to one of the readers, among ordinary letters and others.
    private static readonly Gen<string> Piece = Gen.Frequency(
        (6, Gen.Char["ab09 _-"].Select(x => x.ToString())),
        (6, Gen.OneOf("$", "$$", "${", "}", "{", "'", "\"", "\\", "#", " #", "\n", "\r", "\r\n", "\t", ":", ": ", "=", ",", "%", "&", "*", "!", "|", ">", "@", "`", "?", "-", "[", "]", "~", "$A", "${A}", "${A:-b}", "\\n", "\\\"", "\\'", "\\$")),
        (2, Gen.OneOf("true", "no", "null", "0x1f", "1e3", "012", "1:30", "2001-01-01", "---", "<<", "export ")),
        (2, Gen.OneOf("ä", "€", "日本", "😀", "\u0001", "\u007f", "\u0085", "\u00a0", "\u2028", "\ufeff", "\ufffd", "\ud83d\ude00")));

    private static readonly Gen<string> Value = Piece.Array[0, 8].Select(string.Concat);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Any_value_in_the_settings_files_is_what_the_app_reads() =>
        Value.Sample(
            value =>
            {
                using var one = new SettingsFolder(prod: JsonSerializer.Serialize(new { Redis = new { User = value } }));
                var yaml = EnvironmentModel.Of(one.Read()).ToYaml();
                var read = YamlText.ToJson(yaml)["services"]!["acci"]!["environment"]!.AsObject().ToDictionary(x => x.Key, x => Substitute((string)x.Value!, new Dictionary<string, string>()));

                var expected = AppSettings.Read(new Source { [SettingName.Of(s => s.Redis.User)] = value, [SettingName.Of(s => s.Redis.Host)] = "redis" }).Redis.User;
                Assert.Equal(expected, AppSettings.Read(Source.Of(read)).Redis.User);
            },
            iter: 1500, threads: 1);

    [Fact]
    public void Any_text_in_a_compose_file_is_read_as_that_text() => Value.Sample(
        value => Assert.Equal(value, Substitute((string)YamlText.ToJson(Yaml(value))["services"]!["a"]!["environment"]!["A"]!, new Dictionary<string, string>())),
        iter: 20_000);

    [Fact]
    public void Any_value_in_an_env_file_is_read_as_that_value() => Value.Sample(
        value =>
        {
            var text = $"BEFORE=1\n{EnvironmentFile.Line("A", value)}\nAFTER=2\n";
            var file = EnvironmentFile.Parse(text);
            Assert.Equal(value, file.Values["A"]);
            Assert.Equal(3, file.Values.Count);
        },
        iter: 20_000);

    [Fact]
    public void Any_value_of_a_variable_is_put_in_as_it_is() => Gen.Select(Value, Value.Where(x => x.Length > 0)).Sample(
        (fallback, value) =>
        {
            if (!Scalar.IsDefault(fallback)) return;
            var text = Scalar.Variable("A", fallback).Text;
            var set = new Dictionary<string, string> { ["A"] = value };
            Assert.Equal(value, Interpolation.Resolve(text, set));
            Assert.Equal(value, Substitute(text, set));
            Assert.Equal(fallback, Interpolation.Resolve(text, new Dictionary<string, string>()));
            Assert.Equal(fallback, Substitute(text, new Dictionary<string, string>()));
        },
        iter: 20_000);

    [Fact]
    public async Task Docker_compose_itself_reads_them_so()
    {
        const int count = 300;
        using var folder = new TemporaryFolder();
        var values = Enumerable.Range(0, count).Select(_ => Value.Single()).Where(x => !x.Contains('\ufeff', StringComparison.Ordinal)).ToArray();
        var environment = new Dictionary<string, Scalar>();
        var variables = new StringBuilder();
        foreach (var (i, value) in values.Index())
        {
            environment[$"LITERAL_{i}"] = Scalar.Literal(value);
            environment[$"TYPED_{i}"] = Scalar.Variable($"V{i}", "");
            environment[$"DEFAULT_{i}"] = Scalar.Variable($"UNSET_{i}", Scalar.IsDefault(value) ? value : "");
            variables.Append(EnvironmentFile.Line($"V{i}", value)).Append('\n');
        }

        await File.WriteAllTextAsync(folder.Combine("docker-compose.yml"), ComposeWriter.ToYaml(FileOf(environment)), Cancellation);
        await File.WriteAllTextAsync(folder.Combine("variables"), variables.ToString(), Cancellation);

        var result = await CommandRunner.RunAsync(
            await DockerCompose.CommandAsync("--env-file", folder.Combine("variables"), "--file", folder.Combine("docker-compose.yml"), "config", "--format", "json"), cancellationToken: Cancellation);

        var read = JsonNode.Parse(result.StandardOutput)!["services"]!["a"]!["environment"]!;
        foreach (var (i, value) in values.Index())
        {
            Assert.Equal((i, value), (i, Printed($"LITERAL_{i}")));
            Assert.Equal((i, value), (i, Printed($"TYPED_{i}")));
            Assert.Equal((i, Scalar.IsDefault(value) ? value : ""), (i, Printed($"DEFAULT_{i}")));
        }

        // What is printed is a compose file again, dollar signs doubled.
        string Printed(string name) => ((string)read[name]!).Replace("$$", "$", StringComparison.Ordinal);
    }

    private static string Yaml(string value) => ComposeWriter.ToYaml(FileOf(new Dictionary<string, Scalar> { ["A"] = Scalar.Literal(value) }));

    private static ComposeFile FileOf(Dictionary<string, Scalar> environment) => new() { Services = new Dictionary<string, Service> { ["a"] = new() { Image = "a", Environment = environment } } };

    // Interpolation after the reference implementation: the expression up to its first closing brace, the default again a template, and nothing else that begins with a dollar sign.
    private static string Substitute(string template, IReadOnlyDictionary<string, string> variables) => Template().Replace(template, match =>
    {
        if (match.Value == "$$") return "$";
        if (match.Groups["name"] is not { Success: true } name) throw new FormatException($"invalid template: {template}");
        var value = variables.GetValueOrDefault(name.Value, "");
        return value.Length > 0 || !match.Groups["fallback"].Success ? value : Substitute(match.Groups["fallback"].Value, variables);
    });

    [GeneratedRegex(@"\$(?:\$|(?<name>[_a-zA-Z][_a-zA-Z0-9]*)|\{(?<name>[_a-zA-Z][_a-zA-Z0-9]*)(?::-(?<fallback>[^}]*))?\}|)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Template();

    private sealed class Source : Dictionary<SettingName, string>, ISettingsSource
    {
        private Dictionary<string, string> _variables = [];

        public IEnumerable<string> Variables => [];

        public static Source Of(Dictionary<string, string> variables) => new() { _variables = variables };

        public string? Find(SettingName name) =>
            _variables.GetValueOrDefault(name.EnvironmentVariable) ?? this.FirstOrDefault(x => x.Key.EnvironmentVariable == name.EnvironmentVariable).Value;
    }
}
