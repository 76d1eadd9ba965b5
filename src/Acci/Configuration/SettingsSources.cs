using Acci.Hosting;
using Acci.Settings;

namespace Acci.Configuration;

/// <summary>
/// Where the app's settings come from, the first one winning: the environment, the variable itself or with <c>_FILE</c> the path of a file
/// that holds the value, then a file named after the variable in <c>/run/secrets</c> (or <c>SECRETS_DIRECTORY</c>).
/// </summary>
internal sealed class SettingsSources : ISettingsSource
{
    private const string DirectoryVariable = "SECRETS_DIRECTORY";
    private const string DefaultDirectory = "/run/secrets";

    private readonly Dictionary<string, string> _environment = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _files = new(StringComparer.OrdinalIgnoreCase);

    private SettingsSources(List<SettingError> errors)
    {
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
            if (variable.Value is string { Length: > 0 } value)
                _environment.TryAdd((string)variable.Key, value);
        var directory = _environment.GetValueOrDefault(DirectoryVariable);
        if (directory is null && !Directory.Exists(DefaultDirectory))
            return;
        try
        {
            foreach (var file in Directory.EnumerateFiles(directory ?? DefaultDirectory))
                _files.TryAdd(Path.GetFileName(file), file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.Add(new SettingError(DirectoryVariable, $"the folder '{directory ?? DefaultDirectory}' cannot be read: {exception.Message}"));
        }
    }

    /// <inheritdoc/>
    public IEnumerable<string> Variables => _environment.Keys.Concat(_files.Keys)
        .Where(AppSettings.Naming.Owns)
        .Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the settings of this process.</summary>
    /// <exception cref="SettingsException">One or more settings cannot be used.</exception>
    internal static AppSettings Read()
    {
        List<SettingError> errors = [.. Telemetry.Errors()];
        try
        {
            var settings = AppSettings.Read(new SettingsSources(errors));
            if (errors is [])
                return settings;
        }
        catch (SettingsException exception)
        {
            errors.InsertRange(0, exception.Errors);
        }
        throw new SettingsException(errors);
    }

    /// <inheritdoc/>
    public string? Find(SettingName name)
    {
        var value = _environment.GetValueOrDefault(name.EnvironmentVariable);
        if (!_environment.TryGetValue(name.FileVariable, out var path))
            return value ?? (_files.TryGetValue(name.EnvironmentVariable, out var secret) ? ReadFile(secret, $"the file '{secret}'") : null);
        return value is null
            ? ReadFile(path, $"the file {name.FileVariable} points to")
            : throw new FormatException($"is set, and so is {name.FileVariable}: keep one of the two");
    }

    /// <summary>The text of a file but for the ends of line at its end, which editors put there.</summary>
    private static string ReadFile(string path, string file)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd('\r', '\n') is { Length: > 0 } text ? text : throw new FormatException($"{file} is empty");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"{file} cannot be read: {exception.Message}", exception);
        }
    }
}
