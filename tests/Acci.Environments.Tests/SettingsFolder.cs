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

    public ComposeFiles Files => new(Root);

    public SettingsFolder Write(string file, string content)
    {
        var path = _folder.Combine("deploy", "environments", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return this;
    }

    public EnvironmentSettings Read(string environment = "prod") => EnvironmentSettings.Read(Files.SettingsFolder, environment);

    public void Dispose() => _folder.Dispose();
}
