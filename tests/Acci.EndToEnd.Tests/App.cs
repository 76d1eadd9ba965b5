using System.Linq.Expressions;
using Acci.Settings;

namespace Acci.EndToEnd.Tests;

/// <summary>What this repository's app is called, by its own word: the tests follow where it gets another name.</summary>
internal static class App
{
    public const string Name = AppSettings.AppName;

    public static int Port { get; } = new AppSettings().Server.BackendPort;

    /// <summary>The variable of one of the app's settings.</summary>
    public static string Setting<T>(Expression<Func<AppSettings, T>> setting) => SettingName.Of(setting, AppSettings.Naming).EnvironmentVariable;

    /// <summary>A variable of an environment's that no app reads: <c>ACCI_PORTS</c>.</summary>
    public static string Variable(string name) => $"{Name.Replace('-', '_').ToUpperInvariant()}_{name}";
}
