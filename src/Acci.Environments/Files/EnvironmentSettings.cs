using System.Text.Json;
using System.Text.RegularExpressions;
using Acci.Environments.Declarations;
using Acci.Oci;
using Acci.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.UserSecrets;

namespace Acci.Environments.Files;

/// <summary>
/// The settings of one environment, in layers of which a later one wins: <c>settings.json</c>, <c>settings.&lt;name&gt;.json</c>, and on the machine that runs it
/// also the user's secrets, the environment's <c>.env</c> file and the process's own variables. What is generated comes from the files alone.
/// </summary>
public sealed partial class EnvironmentSettings : ISettingValues
{
    private const int MaximumSize = 4 * 1024 * 1024;

    private readonly EnvironmentDeclaration _declaration;
    private readonly IConfiguration _values;

    private readonly string _root;

    private EnvironmentSettings(EnvironmentDeclaration declaration, string root, string name, IConfiguration values) =>
        (_declaration, _root, Name, _values) = (declaration, root, name, values);

    /// <summary>The environment's name: <c>prod</c>.</summary>
    public string Name { get; }

    /// <summary>The id under which <c>dotnet user-secrets</c> keeps a person's own values for the environment of this checkout.</summary>
    public string UserSecretsId => LocalName.UserSecretsId(_root, _declaration, Name);

    /// <summary>The environments that there are: one for each <c>settings.&lt;name&gt;.json</c> in the folder.</summary>
    /// <exception cref="DeliveryException">A file's name gives none that containers could have.</exception>
    public static IReadOnlyList<string> NamesIn(string folder)
    {
        if (!Directory.Exists(folder)) throw new DeliveryException($"There are no environments: {folder} does not exist. Each is a file settings.<name>.json in it.");
        var names = Directory.EnumerateFiles(folder, "settings.*.json").Select(file => Path.GetFileName(file)["settings.".Length..^".json".Length]).Order(StringComparer.Ordinal).ToArray();
        return names.FirstOrDefault(name => !EnvironmentName.Is(name)) is { } wrong
            ? throw new DeliveryException($"{Path.Combine(folder, $"settings.{wrong}.json")}: '{wrong}' is no name for an environment. {EnvironmentName.Rule}")
            : names;
    }

    /// <summary>The settings in the files.</summary>
    /// <param name="declaration">What is declared of all environments.</param>
    /// <param name="root">The repository's root.</param>
    /// <param name="name">The environment's name.</param>
    /// <exception cref="WrongUseException">There is no such environment.</exception>
    /// <exception cref="DeliveryException">A file is not valid, or it holds a setting that nothing has.</exception>
    public static EnvironmentSettings Read(EnvironmentDeclaration declaration, string root, string name)
    {
        var folder = Path.Combine(root, declaration.Checked().SettingsFolder);
        var names = NamesIn(folder);
        if (!names.Contains(name)) throw new WrongUseException($"There is no environment '{name}': {(names.Count == 0 ? "none has been made" : $"there are {string.Join(", ", names)}")}. A new one is a file {Path.Combine(folder, $"settings.{name}.json")}.");
        string[] files = ["settings.json", $"settings.{name}.json"];
        foreach (var file in files) RejectUnknown(declaration, Path.Combine(folder, file), [.. UserNames(declaration).Select(x => x.Key), declaration.NameOf(DeploymentSetting.Kind).Key]);
        var builder = new ConfigurationBuilder();
        foreach (var file in files.Select(x => Path.Combine(folder, x)).Where(InputFile.Exists)) builder.AddJsonStream(Open(file));
        return new EnvironmentSettings(declaration, root, name, builder.Build());
    }

    /// <summary>The same settings with those of this machine on top of them.</summary>
    /// <param name="typed">The variables in the environment's <c>.env</c> file.</param>
    /// <param name="environment">The process's variables.</param>
    /// <exception cref="DeliveryException">The user's secrets are not valid, or hold a setting that nothing has.</exception>
    public EnvironmentSettings With(IReadOnlyDictionary<string, string> typed, IReadOnlyDictionary<string, string> environment)
    {
        var id = UserSecretsId;
        // What an environment is for stands in its files alone.
        RejectUnknown(_declaration, PathHelper.GetSecretsPathFromSecretsId(id), [.. UserNames(_declaration).Select(x => x.Key)]);
        return new EnvironmentSettings(
            _declaration,
            _root,
            Name,
            new ConfigurationBuilder()
                .AddConfiguration(_values)
                .AddUserSecrets(id)
                .AddInMemoryCollection(Known(typed))
                .AddInMemoryCollection(Known(environment))
                .Build());
    }

    /// <summary>The text of a setting, or null where it has none.</summary>
    public string? Find(SettingName name) => Text(name.Key);

    string? ISettingValues.Find(string key) => Text(key);

    bool ISettingValues.IsEmpty(string key) => _values[key] is "";

    bool ISettingValues.HasText(string key) => _values[key] is { Length: > 0 };

    IReadOnlyList<KeyValuePair<string, string>> ISettingValues.Below(string key) => _values[key] is { Length: > 0 } text
        ? [.. text.Split(',', StringSplitOptions.TrimEntries).Index().Select(x => KeyValuePair.Create($"{x.Index}", x.Item))]
        : [.. _values.GetSection(key).AsEnumerable(makePathsRelative: true).Where(x => x.Value is not null)
            .OrderBy(x => x.Key, ConfigurationKeyComparer.Instance).Select(x => KeyValuePair.Create(x.Key, x.Value!))];

    /// <summary>All that a person can set, beside the files.</summary>
    internal static IEnumerable<SettingName> UserNames(EnvironmentDeclaration declaration) =>
        declaration.Settings.SelectMany(x => x.All).Select(x => x.Name).Concat(declaration.Deployment.Select(declaration.NameOf));

    // An empty text is no value, as it is for the app; a list in a file is what the app reads joined by commas.
    private string? Text(string key) =>
        _values[key] is { } text ? (text.Length > 0 ? text : null)
        : List(key) is { Length: > 0 } list ? string.Join(',', list)
        : null;

    private string[] List(string key) => [.. _values.GetSection(key).GetChildren().Select(x => x.Value).OfType<string>()];

    private IEnumerable<KeyValuePair<string, string?>> Known(IReadOnlyDictionary<string, string> variables) =>
        UserNames(_declaration)
            .Where(x => variables.GetValueOrDefault(x.EnvironmentVariable) is { Length: > 0 })
            .Select(x => KeyValuePair.Create<string, string?>(x.Key, variables[x.EnvironmentVariable]));

    private static MemoryStream Open(string file) => new(InputFile.Read(file, MaximumSize));

    private static void RejectUnknown(EnvironmentDeclaration declaration, string file, string[] known)
    {
        if (!InputFile.Exists(file)) return;
        IConfigurationRoot values;
        try
        {
            values = new ConfigurationBuilder().AddJsonStream(Open(file)).Build();
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            // Not with the reader's own exception, which may quote passwords in the file.
            throw new DeliveryException($"{file}: {JsonProblem.TextOf(exception)}.");
        }

        foreach (var (key, value) in values.AsEnumerable())
        {
            if (value is null) continue;
            var setting = ListIndex().Replace(key, "");
            if (known.Contains(setting, StringComparer.OrdinalIgnoreCase) || declaration.Settings.Any(x => x.HasBelow(key, value))) continue;
            var section = setting[..(setting.LastIndexOf(':') + 1)];
            var near = known.Where(x => section.Length > 0 && x.StartsWith(section, StringComparison.OrdinalIgnoreCase)).ToArray();
            throw new DeliveryException($"{file}: there is no setting '{setting}'; there are {string.Join(", ", near.Length > 0 ? near : known)}.");
        }
    }

    [GeneratedRegex(":[0-9]+\\z", RegexOptions.CultureInvariant)]
    private static partial Regex ListIndex();
}
