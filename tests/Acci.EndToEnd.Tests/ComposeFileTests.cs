using System.Text;
using System.Text.Json.Nodes;
using Acci.Delivery.Processes;
using Acci.Environments.Files;
using Acci.Environments.Specification;
using Acci.Environments.Tests;
using CsCheck;

namespace Acci.EndToEnd.Tests;

/// <summary>What docker compose itself makes of the files that are written for it.</summary>
[Collection(nameof(Publishing))]
public sealed class ComposeFileTests(PublishedImage published) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("docker-compose.yml")]
    [InlineData("docker-compose.dev.yml")]
    public async Task Every_compose_file_is_accepted_by_docker_compose(string file)
    {
        var result = await ConfigAsync($"--file {Path.Combine(published.Checkout.Folder, "deploy", "compose", file)} config --quiet", (App.Variable("IMAGE"), App.Name));

        Assert.Equal("", result.StandardError);
    }

    [Fact]
    public async Task A_file_with_all_that_can_be_said_is_accepted_too()
    {
        var file = Path.Combine(_directory.Path, "docker-compose.yml");
        await File.WriteAllTextAsync(file, ComposeWriter.ToYaml(WholeModel.File), Cancellation);

        var result = await ConfigAsync($"--file {file} --profile all config --quiet");

        Assert.Equal("", result.StandardError);
    }

    [Fact]
    public async Task Docker_compose_itself_reads_any_value_as_it_is()
    {
        const int count = 300;
        var values = Enumerable.Range(0, count).Select(_ => AnyText.Value.Single()).Where(x => !x.Contains('\ufeff', StringComparison.Ordinal)).ToArray();
        var environment = new Dictionary<string, Scalar>();
        var variables = new StringBuilder();
        foreach (var (i, value) in values.Index())
        {
            environment[$"LITERAL_{i}"] = Scalar.Literal(value);
            environment[$"TYPED_{i}"] = Scalar.Variable($"V{i}", "");
            environment[$"DEFAULT_{i}"] = Scalar.Variable($"UNSET_{i}", Scalar.IsDefault(value) ? value : "");
            variables.Append(EnvironmentFile.Line($"V{i}", value)).Append('\n');
        }

        var (file, typed) = (Path.Combine(_directory.Path, "docker-compose.yml"), Path.Combine(_directory.Path, "variables"));
        var model = new ComposeFile { Services = new Dictionary<string, Service> { ["a"] = new() { Image = "a", Environment = environment } } };
        await File.WriteAllTextAsync(file, ComposeWriter.ToYaml(model), Cancellation);
        await File.WriteAllTextAsync(typed, variables.ToString(), Cancellation);

        var result = await ConfigAsync($"--env-file {typed} --file {file} config --format json");

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

    private async Task<CommandResult> ConfigAsync(string arguments, params (string Name, string Value)[] variables)
    {
        published.NeedsEngine();
        var command = new Command("bash", "-c", $"{published.PrintedCommand("Run").Split(" run ")[0]} compose {arguments}") { Environment = variables.ToDictionary(x => x.Name, x => (string?)x.Value) };
        return await CommandRunner.RunAsync(command, cancellationToken: Cancellation);
    }
}
