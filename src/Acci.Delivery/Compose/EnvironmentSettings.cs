using System.Text.RegularExpressions;
using Acci.Settings;
using Microsoft.Extensions.Configuration;

namespace Acci.Delivery.Compose;

/// <summary>
/// The settings of one environment, in layers of which a later one wins: <c>settings.json</c>, <c>settings.&lt;name&gt;.json</c>, and on the machine that runs it
/// also the user's secrets, the environment's <c>.env</c> file and the process's own variables. What is generated comes from the files alone.
/// </summary>
public sealed partial class EnvironmentSettings
{
    private static readonly string[] DeploymentKeys = [DeploymentSetting.Kind.Key, .. DeploymentSetting.Variables.Select(x => x.Key)];
    private readonly IConfiguration _values;
    private readonly string _folder;

    private EnvironmentSettings(string name, string folder, IConfiguration values) => (Name, _folder, _values) = (name, folder, values);

    /// <summary>The environment's name: <c>prod</c>.</summary>
    public string Name { get; }

    /// <summary>The environments that there are: one for each <c>settings.&lt;name&gt;.json</c> in the folder.</summary>
    /// <exception cref="DeliveryException">A file's name gives none that containers could have.</exception>
    public static IReadOnlyList<string> NamesIn(string folder)
    {
        if (!Directory.Exists(folder)) throw new DeliveryException($"There are no environments: {folder} does not exist. Each is a file settings.<name>.json in it.");
        var names = Directory.EnumerateFiles(folder, "settings.*.json").Select(file => Path.GetFileName(file)["settings.".Length..^".json".Length]).Order(StringComparer.Ordinal).ToArray();
        return names.FirstOrDefault(name => !NameGrammar().IsMatch(name)) is { } wrong
            ? throw new DeliveryException($"{Path.Combine(folder, $"settings.{wrong}.json")}: '{wrong}' is no name for an environment. Write lower-case letters and digits, with '-' between them.")
            : names;
    }

    /// <summary>The settings in the files.</summary>
    /// <param name="folder">The folder of the settings files.</param>
    /// <param name="name">The environment's name.</param>
    /// <exception cref="DeliveryException">There is no such environment, or a file is not valid, or it holds a setting that nothing has.</exception>
    public static EnvironmentSettings Read(string folder, string name)
    {
        var names = NamesIn(folder);
        if (!names.Contains(name)) throw new DeliveryException($"There is no environment '{name}': {(names.Count == 0 ? "none has been made" : $"there are {string.Join(", ", names)}")}. A new one is a file {Path.Combine(folder, $"settings.{name}.json")}.");
        string[] files = ["settings.json", $"settings.{name}.json"];
        foreach (var file in files) RejectUnknown(Path.Combine(folder, file));
        var builder = new ConfigurationBuilder().SetBasePath(folder);
        foreach (var file in files) builder.AddJsonFile(file, optional: true);
        return new EnvironmentSettings(name, folder, builder.Build());
    }

    /// <summary>The same settings with those of this machine on top of them.</summary>
    /// <param name="typed">The variables in the environment's <c>.env</c> file.</param>
    /// <param name="environment">The process's variables.</param>
    public EnvironmentSettings With(IReadOnlyDictionary<string, string> typed, IReadOnlyDictionary<string, string> environment) => new(
        Name,
        _folder,
        new ConfigurationBuilder()
            .AddConfiguration(_values)
            .AddUserSecrets(UserSecretsId)
            .AddInMemoryCollection(Known(typed))
            .AddInMemoryCollection(Known(environment))
            .Build());

    /// <summary>The id under which <c>dotnet user-secrets</c> keeps a person's own values.</summary>
    public string UserSecretsId => $"acci-{Name}";

    /// <summary>The text of one of the app's settings, or null where it has none.</summary>
    public string? Find(SettingName name) => Text(name.Key);

    /// <summary>The text of a setting of the environment's own, or null where it has none.</summary>
    public string? Find(DeploymentSetting setting) => Text(setting.Key);

    /// <summary>How the environment runs the app.</summary>
    /// <exception cref="DeliveryException">A setting is missing or cannot be used.</exception>
    public DeploymentSettings ReadDeployment()
    {
        try
        {
            return DeploymentSettings.Read(Find);
        }
        catch (DeliveryException exception)
        {
            throw new DeliveryException($"Environment '{Name}': {exception.Message}", exception);
        }
    }

    // An empty text is no value, as it is for the app; a list in a file is what the app reads joined by commas.
    private string? Text(string key) =>
        _values[key] is { } text ? (text.Length > 0 ? text : null)
        : _values.GetSection(key).GetChildren().Select(x => x.Value).OfType<string>().ToArray() is { Length: > 0 } list ? string.Join(',', list)
        : null;

    private static IEnumerable<KeyValuePair<string, string?>> Known(IReadOnlyDictionary<string, string> variables) =>
        AppSetting.All.Select(x => (x.Name.Key, Variable: x.Name.EnvironmentVariable))
            .Concat(DeploymentSetting.Variables.Select(x => (x.Key, x.Variable)))
            .Where(x => variables.GetValueOrDefault(x.Variable) is { Length: > 0 })
            .Select(x => KeyValuePair.Create<string, string?>(x.Key, variables[x.Variable]));

    private static void RejectUnknown(string file)
    {
        if (!File.Exists(file)) return;
        IConfigurationRoot values;
        try
        {
            values = new ConfigurationBuilder().AddJsonFile(file).Build();
        }
        catch (InvalidDataException exception)
        {
            throw new DeliveryException($"{file} is not valid JSON: {exception.InnerException?.Message ?? exception.Message}", exception);
        }

        string[] known = [.. AppSetting.All.Select(x => x.Name.Key), .. DeploymentKeys];
        foreach (var (key, value) in values.AsEnumerable())
        {
            if (value is null) continue;
            var setting = ListIndex().Replace(key, "");
            if (known.Contains(setting, StringComparer.OrdinalIgnoreCase)) continue;
            var section = setting[..(setting.LastIndexOf(':') + 1)];
            var near = known.Where(x => section.Length > 0 && x.StartsWith(section, StringComparison.OrdinalIgnoreCase)).ToArray();
            throw new DeliveryException($"{file}: there is no setting '{setting}'; there are {string.Join(", ", near.Length > 0 ? near : known)}.");
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9]*(?:-[a-z0-9]+)*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex NameGrammar();

    [GeneratedRegex(":[0-9]+\\z", RegexOptions.CultureInvariant)]
    private static partial Regex ListIndex();
}
