using System.ComponentModel;
using Acci.Settings;

namespace Acci;

/// <summary>
/// Everything the app can be told from outside. A property's place in this tree is the setting's name everywhere:
/// <c>Server.BackendPort</c> is <c>Server:BackendPort</c> in a settings file and <c>APP__SERVER__BACKEND_PORT</c> in the environment.
/// </summary>
public sealed record AppSettings
{
    /// <summary>What the app is called: its program, its image, its environments, and in what it writes.</summary>
    public const string AppName = "acci";

    /// <summary>How the settings are named in the environment.</summary>
    public static NamingRule Naming { get; } = NamingRule.Prefixed("APP");

    /// <summary><c>RUN_MODE</c>, <c>prod</c> when it is not said.</summary>
    [Description("What the app is run for")]
    public RunMode RunMode { get; init; } = RunMode.Prod;

    /// <summary>Where the app listens.</summary>
    public ServerSettings Server { get; init; } = new();

    /// <summary>The store.</summary>
    public DatabaseSettings Database { get; init; } = new();

    /// <summary>The cache.</summary>
    public RedisSettings Redis { get; init; } = new();

    /// <summary>Reads all settings; what is not set keeps its default.</summary>
    /// <exception cref="SettingsException">One or more settings cannot be used; the exception names all of them.</exception>
    public static AppSettings Read(ISettingsSource source)
    {
        var reader = new SettingsReader(source, Naming);
        var settings = new AppSettings
        {
            RunMode = reader.Top.Choice(nameof(RunMode), RunMode.Prod),
            Server = ServerSettings.Read(reader),
            Database = DatabaseSettings.Read(reader),
            Redis = RedisSettings.Read(reader),
        };
        reader.RejectUnknown();
        return reader.Errors is [] ? settings : throw new SettingsException(reader.Errors);
    }
}
