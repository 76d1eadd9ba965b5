using Acci.Delivery;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>The bakery's repository, with settings files of a test's own.</summary>
internal sealed class SettingsFolder : IDisposable
{
    private const string Settings = """
        {
          "Server": { "BackendPort": 8080 },
          "Database": { "Name": "bakery", "User": "bakery" },
          "Deployment": { "Kind": "Production", "BindAddress": "127.0.0.1", "Ports": "8080-8082", "Replicas": 3, "Memory": "256M" }
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public SettingsFolder(string prod = "{}")
    {
        Write("settings.json", Settings);
        Write("settings.prod.json", prod);
    }

    public string Root => _folder.Path;

    public ComposeFiles Files => new(Root, BakeryEnvironments.Declaration);

    public SettingsFolder Write(string file, string content)
    {
        var path = _folder.Combine("deploy", "environments", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return this;
    }

    public DeliveryContext Context() => new(
        new DeliveryOptions { Root = Root, Artifacts = Path.Combine(Root, "artifacts"), Images = [] }, TestContext.Current.CancellationToken);

    public EnvironmentSettings Read(string environment = "prod") => Files.Read(environment);

    public EnvironmentModel Model(string environment = "prod") => EnvironmentModel.Of(BakeryEnvironments.Declaration, Read(environment));

    /// <summary>What the app is told, before the declaration says what is always the same.</summary>
    public ServiceSettings<BakerySettings> Told() =>
        new EnvironmentContext(BakeryEnvironments.Declaration, Read()).Settings(BakeryEnvironments.Settings);

    public void Dispose() => _folder.Dispose();
}
