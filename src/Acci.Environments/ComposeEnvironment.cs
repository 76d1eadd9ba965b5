using System.Collections;
using System.Globalization;
using System.Linq.Expressions;
using System.Text;
using Acci.Environments.Specification;
using Acci.Settings;

namespace Acci.Environments;

/// <summary>
/// What the app is told in one environment. Its settings are named by expressions over the app's own types, <c>env.Set(s => s.Server.BackendPort, 8080)</c> gives
/// <c>APP__SERVER__BACKEND_PORT=8080</c>: a setting the app does not have does not compile. What comes from the settings files stays a variable that can be set from
/// outside, with the files' value where it is not: <c>${APP__SERVER__BACKEND_PORT:-8080}</c>.
/// </summary>
public sealed class ComposeEnvironment
{
    private readonly EnvironmentSettings _settings;
    private readonly Dictionary<SettingName, string> _values = [];
    private readonly Dictionary<SettingName, Scalar> _scalars = [];
    private readonly List<Variable> _variables = [];
    private readonly List<SettingName> _secrets = [];

    /// <summary>An environment with all that the settings say of the app.</summary>
    /// <exception cref="DeliveryException">A setting cannot be used here; the message names it.</exception>
    public ComposeEnvironment(EnvironmentSettings settings)
    {
        _settings = settings;
        Deployment = settings.ReadDeployment();
        foreach (var (name, description) in AppSetting.All.Where(x => !x.Name.IsSecret))
        {
            var value = settings.Find(name);
            if (value is not null && !Scalar.IsWritable(value)) throw Wrong(name, "it holds a NUL or half of a surrogate pair, which no variable can");
            if (value is not null) _values[name] = value;
            // What cannot stand in an expression is written as it is, and changed in the settings file.
            _scalars[name] = value is null || Scalar.IsDefault(value) ? Scalar.Variable(name.EnvironmentVariable, value ?? "") : Scalar.Literal(value);
            if (!IsFixed(name)) _variables.Add(new Variable(name.EnvironmentVariable, description, value));
        }
    }

    /// <summary>The environment's name.</summary>
    public string Name => _settings.Name;

    /// <summary>How the environment runs the app.</summary>
    public DeploymentSettings Deployment { get; }

    /// <summary>The app's variables, in the order of their names; secrets are not among them.</summary>
    public IReadOnlyDictionary<string, Scalar> Environment =>
        new SortedDictionary<string, Scalar>(_scalars.ToDictionary(x => x.Key.EnvironmentVariable, x => x.Value), StringComparer.Ordinal);

    /// <summary>What can be set from outside.</summary>
    public IReadOnlyList<Variable> Variables => _variables;

    /// <summary>The secrets that are handed over as files.</summary>
    public IReadOnlyList<SettingName> Secrets => _secrets;

    /// <summary>Gives a setting its value; from outside it cannot be changed.</summary>
    /// <exception cref="DeliveryException">The settings give it another one.</exception>
    public ComposeEnvironment Set<T>(Expression<Func<AppSettings, T>> setting, T value)
    {
        var name = NotSecret(setting);
        var text = TextOf(value);
        if (!Scalar.IsWritable(text)) throw new ArgumentException($"The value of {name} holds a NUL or half of a surrogate pair, which no variable can.", nameof(value));
        if (_settings.Find(name) is { } other && other != text) throw Wrong(name, $"it is '{other}', but here it is always '{text}'. Take it out of the settings files, .env.{Name} and the environment");
        _values[name] = text;
        _scalars[name] = Scalar.Literal(text);
        _variables.RemoveAll(x => x.Name == name.EnvironmentVariable);
        return this;
    }

    /// <summary>Demands that a setting has a value.</summary>
    /// <exception cref="DeliveryException">It has none.</exception>
    public ComposeEnvironment Require<T>(Expression<Func<AppSettings, T>> setting)
    {
        var name = SettingName.Of(setting, AppSettings.Naming);
        return _values.ContainsKey(name) || _settings.Find(name) is not null
            ? this
            : throw Wrong(name, $"it has no value. Write one into deploy/environments/settings.json or settings.{Name}.json");
    }

    /// <summary>The value of a setting, for another place than the app's own environment.</summary>
    public Scalar Get<T>(Expression<Func<AppSettings, T>> setting) => _scalars[NotSecret(setting)];

    /// <summary>A setting of the environment's own, which can be set from outside.</summary>
    /// <exception cref="DeliveryException">It has no value.</exception>
    public Scalar Get(DeploymentSetting setting)
    {
        var value = _settings.Find(setting) ?? throw new DeliveryException($"Environment '{Name}': {setting} has no value.");
        return Variable(setting.Variable, setting.Description, value);
    }

    /// <summary>A variable that is no setting, such as an image.</summary>
    public Scalar Variable(string name, string description, string fallback)
    {
        Tell(new Variable(name, description, fallback));
        return Scalar.Variable(name, fallback);
    }

    /// <summary>A variable that has to be set from outside.</summary>
    public Scalar RequiredVariable(string name, string description, string message)
    {
        Tell(new Variable(name, description, null));
        return Scalar.Required(name, message);
    }

    /// <summary>Hands a secret setting over as a file; its path, relative to the compose file, can be set from outside.</summary>
    public FileObject Secret<T>(Expression<Func<AppSettings, T>> setting)
    {
        var name = SettingName.Of(setting, AppSettings.Naming);
        if (!name.IsSecret) throw new ArgumentException($"{name} is not a secret.", nameof(setting));
        _secrets.Add(name);
        return new FileObject { File = Variable(name.FileVariable, $"File with the secret {name.Key}, relative to this folder; one of its own is made by ComposeUp", SecretFile(name)) };
    }

    /// <summary>Where the secret's file is, relative to the compose file, when nobody says otherwise.</summary>
    public string SecretFile(SettingName name) => $"./secrets/{Name}/{name.EnvironmentVariable}";

    /// <summary>Whether a setting is written as it is, so that no variable changes it.</summary>
    public bool IsFixed(SettingName name) => !_scalars[name].Text.StartsWith("${", StringComparison.Ordinal);

    /// <summary>The app's settings as the app itself will read them.</summary>
    /// <param name="variables">All variables the app may be told from outside, so that misspelt ones are found.</param>
    /// <exception cref="DeliveryException">One or more cannot be used; the message names all of them.</exception>
    public AppSettings ReadApp(params IEnumerable<string> variables)
    {
        try
        {
            return AppSettings.Read(new Source(this, [.. variables]));
        }
        catch (SettingsException exception)
        {
            throw new DeliveryException($"Environment '{Name}': {exception.Message}", exception);
        }
    }

    private void Tell(Variable variable)
    {
        if (!_variables.Exists(x => x.Name == variable.Name)) _variables.Add(variable);
    }

    private static SettingName NotSecret<T>(Expression<Func<AppSettings, T>> setting)
    {
        var name = SettingName.Of(setting, AppSettings.Naming);
        return name.IsSecret ? throw new ArgumentException($"{name} is a secret: it is handed over as a file, never as a variable.", nameof(setting)) : name;
    }

    /// <summary>A secret has a value that nothing in the environment is told.</summary>
    internal DeliveryException Untold(SettingName secret, string place) => new(
        $"Environment '{Name}': {place} is set, but nothing here takes the secret {secret.Key}: its services are told {string.Join(", ", _secrets.Select(x => x.Key))} alone. Take it out; what is only on the stores' own network needs none.");

    private DeliveryException Wrong(SettingName name, string problem) => new($"Environment '{Name}': {name} cannot be used: {problem}.");

    private static string TextOf<T>(T value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        Enum choice => Kebab(choice.ToString()),
        IEnumerable list => string.Join(',', list.Cast<object>().Select(TextOf)),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Kebab(string name)
    {
        var words = new StringBuilder();
        foreach (var letter in name) words.Append(char.IsUpper(letter) && words.Length > 0 ? "-" : "").Append(char.ToLowerInvariant(letter));
        return words.ToString();
    }

    private sealed class Source(ComposeEnvironment environment, string[] variables) : ISettingsSource
    {
        public IEnumerable<string> Variables => variables.Where(x => x.StartsWith("APP__", StringComparison.OrdinalIgnoreCase));

        // An app that is told a secret has one; which one matters to nobody who checks the others.
        public string? Find(SettingName name) =>
            environment._values.FirstOrDefault(x => x.Key.EnvironmentVariable == name.EnvironmentVariable).Value
            ?? (environment._secrets.Exists(x => x.EnvironmentVariable == name.EnvironmentVariable) ? "secret" : null);
    }
}
