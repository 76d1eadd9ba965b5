using System.Text.RegularExpressions;
using Acci.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.UserSecrets;

namespace Acci.Environments;

/// <summary>
/// The settings of one environment, in layers of which a later one wins: <c>settings.json</c>, <c>settings.&lt;name&gt;.json</c>, and on the machine that runs it
/// also the user's secrets, the environment's <c>.env</c> file and the process's own variables. What is generated comes from the files alone.
/// </summary>
public sealed partial class EnvironmentSettings
{
    // They would be the files .env.example and docker-compose.override.yml, which mean something else.
    private static readonly string[] TakenNames = ["example", "override"];
    // What an environment is for stands in its files alone.
    private static readonly string[] UserKeys = [.. AppSetting.All.Select(x => x.Name.Key), .. DeploymentSetting.Variables.Select(x => x.Key)];
    private static readonly string[] Keys = [.. UserKeys, DeploymentSetting.Kind.Key];
    private readonly IConfiguration _values;

    private EnvironmentSettings(string name, IConfiguration values) => (Name, _values) = (name, values);

    /// <summary>The environment's name: <c>prod</c>.</summary>
    public string Name { get; }

    /// <summary>The environments that there are: one for each <c>settings.&lt;name&gt;.json</c> in the folder.</summary>
    /// <exception cref="DeliveryException">A file's name gives none that containers could have.</exception>
    public static IReadOnlyList<string> NamesIn(string folder)
    {
        if (!Directory.Exists(folder)) throw new DeliveryException($"There are no environments: {folder} does not exist. Each is a file settings.<name>.json in it.");
        var names = Directory.EnumerateFiles(folder, "settings.*.json").Select(file => Path.GetFileName(file)["settings.".Length..^".json".Length]).Order(StringComparer.Ordinal).ToArray();
        return names.FirstOrDefault(name => !IsName(name)) is { } wrong
            ? throw new DeliveryException($"{Path.Combine(folder, $"settings.{wrong}.json")}: '{wrong}' is no name for an environment. {NameRule}")
            : names;
    }

    /// <summary>What a name has to be, as a sentence.</summary>
    internal static string NameRule { get; } = $"Write lower-case letters and digits, with '-' between them, and neither {string.Join(" nor ", TakenNames)}.";

    /// <summary>Whether an environment can have this name.</summary>
    internal static bool IsName(string text) => NameGrammar().IsMatch(text) && !TakenNames.Contains(text);

    /// <summary>The settings in the files.</summary>
    /// <param name="folder">The folder of the settings files.</param>
    /// <param name="name">The environment's name.</param>
    /// <exception cref="DeliveryException">There is no such environment, or a file is not valid, or it holds a setting that nothing has.</exception>
    public static EnvironmentSettings Read(string folder, string name)
    {
        var names = NamesIn(folder);
        if (!names.Contains(name)) throw new DeliveryException($"There is no environment '{name}': {(names.Count == 0 ? "none has been made" : $"there are {string.Join(", ", names)}")}. A new one is a file {Path.Combine(folder, $"settings.{name}.json")}.");
        string[] files = ["settings.json", $"settings.{name}.json"];
        foreach (var file in files) RejectUnknown(Path.Combine(folder, file), Keys);
        var builder = new ConfigurationBuilder().SetBasePath(folder);
        foreach (var file in files) builder.AddJsonFile(file, optional: true);
        return new EnvironmentSettings(name, builder.Build());
    }

    /// <summary>The same settings with those of this machine on top of them.</summary>
    /// <param name="typed">The variables in the environment's <c>.env</c> file.</param>
    /// <param name="environment">The process's variables.</param>
    /// <exception cref="DeliveryException">The user's secrets are not valid, or hold a setting that nothing has.</exception>
    public EnvironmentSettings With(IReadOnlyDictionary<string, string> typed, IReadOnlyDictionary<string, string> environment)
    {
        RejectUnknown(PathHelper.GetSecretsPathFromSecretsId(UserSecretsId), UserKeys);
        return new EnvironmentSettings(
            Name,
            new ConfigurationBuilder()
                .AddConfiguration(_values)
                .AddUserSecrets(UserSecretsId)
                .AddInMemoryCollection(Known(typed))
                .AddInMemoryCollection(Known(environment))
                .Build());
    }

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

    private static void RejectUnknown(string file, string[] known)
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
