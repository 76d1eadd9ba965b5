using Acci.Settings;
using Microsoft.Extensions.FileProviders;

namespace Acci.Configuration;

/// <summary>
/// Where the app's settings come from, the last one winning: files in <c>/run/secrets</c> (or <c>SECRETS_DIRECTORY</c>) named after
/// the variable, then the environment: the variable itself, or with <c>_FILE</c> the path of a file that holds the value.
/// </summary>
internal sealed class SettingsSources : ISettingsSource
{
    private const string Prefix = "APP";
    private readonly IConfigurationRoot _configuration;

    private SettingsSources(string secrets) =>
        _configuration = new ConfigurationBuilder()
            .AddKeyPerFile(source =>
            {
                source.FileProvider = Directory.Exists(secrets) ? new PhysicalFileProvider(secrets) : null;
                source.Optional = true;
                source.IgnoreCondition = file => !file.StartsWith($"{Prefix}__", StringComparison.Ordinal);
            })
            .AddEnvironmentVariables()
            .Build();

    /// <inheritdoc/>
    public IEnumerable<string> Variables =>
        from setting in _configuration.GetSection(Prefix).AsEnumerable()
        where setting.Value is { Length: > 0 }
        select setting.Key.Replace(ConfigurationPath.KeyDelimiter, "__", StringComparison.Ordinal);

    /// <summary>Reads the settings of this process.</summary>
    /// <exception cref="SettingsException">One or more settings cannot be used.</exception>
    internal static AppSettings Read()
    {
        var directory = Environment.GetEnvironmentVariable("SECRETS_DIRECTORY");
        var secrets = string.IsNullOrEmpty(directory) ? "/run/secrets" : Path.GetFullPath(directory);
        try
        {
            return AppSettings.Read(new SettingsSources(secrets));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException([new SettingError(secrets, $"a file in it cannot be read: {exception.Message}")]);
        }
    }

    /// <inheritdoc/>
    public string? Find(SettingName name)
    {
        var value = Get(name.EnvironmentVariable);
        if (Get(name.FileVariable) is not { } path)
            return value;
        if (value is not null)
            throw new FormatException($"is set, and so is {name.FileVariable}: keep one of the two");
        try
        {
            return File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"the file {name.FileVariable} points to cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The providers take a variable's double underscore for the separator of levels.</summary>
    private string? Get(string variable) =>
        _configuration[variable.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)] is { Length: > 0 } value ? value : null;
}
