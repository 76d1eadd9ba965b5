using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Environments.Specification;
using Acci.Environments.Swarm;
using Acci.Settings;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>An environment <c>live</c> with one app that is told settings of a test's own type, and what its container has of them.</summary>
internal sealed class ToldApp<TSettings> : IDisposable
{
    private readonly TemporaryFolder _root = new();

    public ToldApp(NamingRule rule, Func<ServiceSettings<TSettings>, ServiceSettings<TSettings>>? declare = null)
    {
        Settings = new(rule);
        Declaration = new()
        {
            Name = "app",
            Settings = [Settings],
            Define = environment =>
            {
                var settings = environment.Settings(Settings);
                return new() { Services = [new("app") { Settings = [declare?.Invoke(settings) ?? settings], Compose = new() { Image = "app:1" } }] };
            },
        };
        Directory.CreateDirectory(_root.Combine("deploy", "environments"));
        File.WriteAllText(_root.Combine("deploy", "environments", "settings.json"), """{ "Deployment": { "Kind": "Production" } }""");
        Write("{}");
    }

    public SettingsDefinition<TSettings> Settings { get; }

    public EnvironmentDeclaration Declaration { get; }

    public ComposeFiles Files => FilesOf(Declaration);

    public ComposeFiles FilesOf(EnvironmentDeclaration declaration) => new(_root.Path, declaration);

    public string VariablesFile => _root.Combine("deploy", "compose", ".env.live");

    public void Write(string settings) => File.WriteAllText(_root.Combine("deploy", "environments", "settings.live.json"), settings);

    /// <summary>What a container of docker compose has, which is told these variables. A key without a value is the variable of that name, where it is set: seen with 2.40.</summary>
    public Dictionary<string, string> Composed(Dictionary<string, string> variables) =>
        (YamlText.ToJson(Files.ModelOf("live").ToYaml())["services"]!["app"]!["environment"]?.AsObject() ?? [])
        .Select(x => (x.Key, Value: x.Value is null ? variables.GetValueOrDefault(x.Key) : ComposeText.Substitute((string)x.Value!, variables)))
        .Where(x => x.Value is not null).ToDictionary(x => x.Key, x => x.Value!);

    /// <summary>What one of a swarm has.</summary>
    public Dictionary<string, string> Deployed(Dictionary<string, string> variables) =>
        (SwarmStack.Of(Files.ModelOf("live").File, variables, new Dictionary<string, string>(), _ => "here", hasIngress: true, "/checkout/ops").Services["app"].Environment
            ?? new Dictionary<string, Scalar>())
        .ToDictionary(x => x.Key, x => ComposeText.Substitute(x.Value.Text, new Dictionary<string, string>()));

    public void Dispose() => _root.Dispose();
}
