using Acci.Delivery;
using Acci.Environments.Declarations;
using Acci.Environments.Files;
using Acci.Testing;

namespace Acci.Environments.Tests;

/// <summary>A repository's root with settings files of a test's own.</summary>
internal sealed class SettingsFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SettingsFolder(string? settings = null, string? prod = null)
    {
        Write("settings.json", settings ?? File.ReadAllText(Path.Combine(SourceTree.Root, "deploy", "environments", "settings.json")));
        Write("settings.prod.json", prod ?? "{}");
    }

    public string Root => _folder.Path;

    public ComposeFiles Files => new(Root, AppEnvironments.Declaration);

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

    public EnvironmentModel Model(string environment = "prod") => EnvironmentModel.Of(AppEnvironments.Declaration, Read(environment));

    /// <summary>What the app is told, before the declaration says what is always the same.</summary>
    public ServiceSettings<AppSettings> Settings() => new EnvironmentContext(AppEnvironments.Declaration, Read()).Settings(AppEnvironments.Settings);

    public void Dispose() => _folder.Dispose();
}
