using Microsoft.Extensions.Configuration;

namespace Acci.Environments.Tests;

/// <summary>Settings as an app reads them that knows Microsoft.Extensions.Configuration alone: by its variables and its binder.</summary>
internal static class AppConfiguration
{
    /// <summary>What the app has when its container is told these variables, and no others.</summary>
    public static T Read<T>(IReadOnlyDictionary<string, string> variables)
        where T : new()
    {
        var prefix = $"TEST_{Guid.NewGuid():n}_";
        foreach (var (name, value) in variables) Environment.SetEnvironmentVariable(prefix + name, value);
        try
        {
            return new ConfigurationBuilder().AddEnvironmentVariables(prefix).Build().Get<T>() ?? new T();
        }
        finally
        {
            foreach (var name in variables.Keys) Environment.SetEnvironmentVariable(prefix + name, null);
        }
    }
}
