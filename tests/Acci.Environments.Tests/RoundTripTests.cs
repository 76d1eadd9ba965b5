using Acci.Environments.Files;
using Acci.Environments.Specification;
using Acci.Environments.Variables;
using CsCheck;

namespace Acci.Environments.Tests;

/// <summary>A value in the settings files is the same value in the app, whatever it is made of, through YAML, .env files and docker compose's interpolation.</summary>
public class RoundTripTests
{
    private static readonly Gen<string> Value = AnyText.Value;

    [Fact]
    public void Any_text_in_a_compose_file_is_read_as_that_text() => Value.Sample(
        value => Assert.Equal(value, ComposeText.Substitute((string)YamlText.ToJson(Yaml(value))["services"]!["a"]!["environment"]!["A"]!, new Dictionary<string, string>())),
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
            Assert.Equal(value, ComposeText.Substitute(text, set));
            Assert.Equal(fallback, Interpolation.Resolve(text, new Dictionary<string, string>()));
            Assert.Equal(fallback, ComposeText.Substitute(text, new Dictionary<string, string>()));
        },
        iter: 20_000);

    private static string Yaml(string value) => ComposeWriter.ToYaml(FileOf(new Dictionary<string, Scalar> { ["A"] = Scalar.Literal(value) }));

    private static ComposeFile FileOf(Dictionary<string, Scalar> environment) => new() { Services = new Dictionary<string, Service> { ["a"] = new() { Image = "a", Environment = environment } } };
}
