using System.Linq.Expressions;
using Acci.Environments.Specification;
using Acci.Environments.Variables;
using Acci.Settings;

namespace Acci.Environments.Declarations;

/// <summary>The settings that a service is told, whatever app they are of.</summary>
public abstract class ServiceSettings
{
    private readonly ISettingValues _found;
    private readonly EnvironmentDeclaration _declaration;
    private readonly Dictionary<SettingName, string> _values = [];
    private readonly Dictionary<SettingName, Scalar> _scalars = [];
    // What is below a list or a dictionary, by its key from there.
    private readonly Dictionary<SettingName, IReadOnlyList<KeyValuePair<string, string>>> _items = [];

    private protected ServiceSettings(SettingsDefinition definition, EnvironmentDeclaration declaration, ISettingValues found)
    {
        (Definition, _declaration, _found) = (definition, declaration, found);
        foreach (var setting in definition.All.Where(x => !x.Name.IsSecret)) Add(setting);
    }

    /// <summary>What settings there are.</summary>
    public SettingsDefinition Definition { get; }

    /// <summary>The variables the service is told, in the order of their names; secrets are not among them.</summary>
    public IReadOnlyDictionary<string, Scalar> Environment => new SortedDictionary<string, Scalar>(
        _scalars.Select(x => (Name: x.Key.EnvironmentVariable, Value: ToldAs(x.Value)))
            .Concat(from list in _items
                    from item in list.Value
                    select (Name: NamingRule.VariableOfItem(list.Key.EnvironmentVariable, item.Key), Value: Scalar.Literal(item.Value)))
            .ToDictionary(x => x.Name, x => x.Value),
        StringComparer.Ordinal);

    /// <summary>Those that can be set from outside.</summary>
    public IReadOnlyList<Variable> Variables => [.. Definition.All.Select(x => _scalars.GetValueOrDefault(x.Name).Source).OfType<Variable>()];

    /// <summary>Whether a setting is written as it is, so that no variable changes it.</summary>
    public bool IsFixed(SettingName name) => !_scalars.TryGetValue(name, out var scalar) || scalar.Source is null;

    /// <summary>What the service is told of a setting, as the compose file has it.</summary>
    internal string WrittenAs(SettingName name) => _scalars.TryGetValue(name, out var scalar) ? scalar.Text : SettingText.Joined(_items[name]);

    /// <summary>Looks whether the app can be started with them.</summary>
    /// <param name="secrets">The secrets it is told.</param>
    /// <param name="variables">All variables it may be told from outside, so that misspelt ones are found.</param>
    /// <exception cref="DeliveryException">One or more cannot be used; the message names all of them.</exception>
    internal void Check(IEnumerable<ServiceSecret> secrets, params IEnumerable<string> variables)
    {
        var source = new Source(this, [.. secrets.Select(x => x.Name.EnvironmentVariable)], [.. variables.Where(Definition.Rule.Owns)]);
        Read(() =>
        {
            CheckItems();
            Definition.Check(source);
            return true;
        });
    }

    private protected ISettingsSource Told => new Source(this, [], []);

    private protected T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SettingsException exception)
        {
            throw new DeliveryException($"Environment '{_found.Name}': {exception.Message}", exception);
        }
    }

    private protected Scalar Get(SettingName name) => _scalars.TryGetValue(Known(name).Name, out var scalar)
        ? scalar
        : throw new ArgumentException($"{name} is a list or a dictionary, which has a variable for each value.");

    private protected void Set(SettingName name, object? value)
    {
        var setting = Known(name);
        var items = ItemsOf(setting, value);
        var text = Writable(name, items is null ? SettingText.Of(value, Definition.Rule) : SettingText.Joined(items));
        if ((items is null ? _found.Find(name.Key) : _found.Below(setting.Name.Key) is { Count: > 0 } below ? SettingText.Joined(below) : null) is { } other && other != text)
            throw Wrong(
                name,
                $"it is '{other}', but here it is always '{text}'. Take it out of the settings files, .env.{_found.Name} and the environment");
        _values[name] = text;
        if (items is null) _scalars[name] = Scalar.Literal(text);
        else Put(name, items);
    }

    private protected void Default(SettingName name, object? value)
    {
        var setting = Known(name);
        if (_values.ContainsKey(name)) return;
        // Cleared on purpose or by mistake: the default would be a guess.
        if (_found.IsEmpty(name.Key)) throw WithoutValue(name);
        if (value is null) return;
        var items = ItemsOf(setting, value);
        Put(setting, Writable(name, items is null ? SettingText.Of(value, Definition.Rule) : SettingText.Joined(items)), items);
    }

    private protected void Require(SettingName name)
    {
        if (!_values.ContainsKey(Known(name).Name) && _found.Find(name.Key) is null) throw WithoutValue(name);
    }

    private Setting Known(SettingName name) => Definition.All.FirstOrDefault(x => x.Name == name)
        ?? throw new ArgumentException($"{name} is no setting that has a value: it holds others, or nothing can set it.");

    private static string Writable(SettingName name, string text) => Scalar.IsWritable(text)
        ? text
        : throw new ArgumentException($"The value of {name} holds a NUL or half of a surrogate pair, which no variable can.");

    private DeliveryException WithoutValue(SettingName name) =>
        Wrong(name, $"it has no value. Write one into {_declaration.SettingsFolder}/settings.json or settings.{_found.Name}.json");

    private DeliveryException Wrong(SettingName name, string problem) => new($"Environment '{_found.Name}': {name} cannot be used: {problem}.");

    private void Add(Setting setting)
    {
        // Its commas would be taken for those of a list.
        if (HasItems(setting) && SettingType.IsDictionary(setting.Type) && _found.HasText(setting.Name.Key))
            throw Wrong(setting.Name, "it is a text, and the setting is a dictionary: write an object, with a value for each key");
        var items = HasItems(setting) ? _found.Below(setting.Name.Key) : null;
        var value = items is null ? _found.Find(setting.Name.Key) : items.Count > 0 ? SettingText.Joined(items) : null;
        if (value is not null && !Scalar.IsWritable(value))
            throw Wrong(setting.Name, "it holds a NUL or half of a surrogate pair, which no variable can");
        Put(setting, value, items);
    }

    private void Put(Setting setting, string? value, IReadOnlyList<KeyValuePair<string, string>>? items)
    {
        var name = setting.Name;
        if (value is not null) _values[name] = value;
        if (items is not null)
        {
            Put(name, items);
            return;
        }

        // What cannot stand in an expression is written as it is, and changed in the settings file.
        _scalars[name] = value is null || Scalar.IsDefault(value)
            ? Scalar.Variable(new Variable(name.EnvironmentVariable, setting.Description, value) { Key = name.Key, IsLeftOut = value is null && !Definition.Rule.EmptyIsUnset })
            : Scalar.Literal(value);
    }

    private void Put(SettingName name, IReadOnlyList<KeyValuePair<string, string>> items)
    {
        try
        {
            foreach (var item in items) NamingRule.VariableOfItem(name.EnvironmentVariable, item.Key);
        }
        catch (FormatException exception)
        {
            throw Wrong(name, exception.Message);
        }

        _items[name] = items;
    }

    private bool HasItems(Setting setting) => setting.IsList && Definition.Rule.NumbersLists;

    // An empty text is also what a settings file has for a list without values.
    private void CheckItems()
    {
        SettingError[] errors =
        [
            .. from setting in Definition.All
               where _items.ContainsKey(setting.Name)
               from item in _items[setting.Name]
               let type = SettingType.At(setting.Type, item.Key.Split(':'), Definition.Rule)
               where type is null || (SettingType.IsValue(type) ? !SettingType.Takes(type, item.Value, Definition.Rule) : item.Value.Length > 0)
               select new SettingError($"{setting.Name.Key}:{item.Key}", $"'{item.Value}' is no {type ?? setting.Type}"),
        ];
        if (errors.Length > 0) throw new SettingsException(errors);
    }

    private KeyValuePair<string, string>[]? ItemsOf(Setting setting, object? value) => HasItems(setting) ? [.. SettingText.ItemsOf(value, Definition.Rule)] : null;

    // What has no value is not told: an app that takes an empty variable for a value would lose its default.
    private static Scalar ToldAs(Scalar scalar) => scalar.Source is { IsLeftOut: true } variable ? Scalar.WhereSet(variable) : scalar;

    private sealed class Source(ServiceSettings settings, string[] secrets, string[] variables) : ISettingsSource
    {
        public IEnumerable<string> Variables => variables;

        // An app that is told a secret has one; which one matters to nobody who checks the others.
        public string? Find(SettingName name) =>
            settings._values.FirstOrDefault(x => x.Key.EnvironmentVariable == name.EnvironmentVariable).Value
            ?? (secrets.Contains(name.EnvironmentVariable) ? "secret" : null);
    }
}

/// <summary>
/// The settings that a service is told, named by expressions over the app's own type: <c>settings.Set(s => s.Server.BackendPort, 8080)</c> gives
/// <c>APP__SERVER__BACKEND_PORT=8080</c>, or whatever the naming rule makes of it; a setting the app does not have does not compile. What comes
/// from the settings files can be set from outside, what is set here cannot.
/// </summary>
/// <typeparam name="TSettings">The type that holds the settings.</typeparam>
public sealed class ServiceSettings<TSettings> : ServiceSettings
{
    private readonly SettingsDefinition<TSettings> _definition;

    internal ServiceSettings(SettingsDefinition<TSettings> definition, EnvironmentDeclaration declaration, ISettingValues found)
        : base(definition, declaration, found) => _definition = definition;

    /// <summary>Gives a setting its value; from outside it cannot be changed. Null is an empty variable, which the binder reads as null where the type is a nullable value.</summary>
    /// <exception cref="DeliveryException">The settings files give it another one.</exception>
    public ServiceSettings<TSettings> Set<T>(Expression<Func<TSettings, T>> setting, T value)
    {
        Set(NotSecret(setting), (object?)value);
        return this;
    }

    /// <summary>
    /// Gives a setting its value where the settings files give it none; like theirs, it can be changed from outside. Null is no value. An app's own
    /// default needs this only where something else reads the setting too, such as a published port.
    /// </summary>
    public ServiceSettings<TSettings> Default<T>(Expression<Func<TSettings, T>> setting, T value)
    {
        Default(NotSecret(setting), (object?)value);
        return this;
    }

    /// <summary>Demands that a setting has a value.</summary>
    /// <exception cref="DeliveryException">It has none.</exception>
    public ServiceSettings<TSettings> Require<T>(Expression<Func<TSettings, T>> setting)
    {
        Require(_definition.NameOf(setting));
        return this;
    }

    /// <summary>The value of a setting, for another place than the service's own environment.</summary>
    public Scalar Get<T>(Expression<Func<TSettings, T>> setting) => Get(NotSecret(setting));

    /// <summary>How errors name a setting: <c>Server:BackendPort (APP__SERVER__BACKEND_PORT)</c>.</summary>
    public string Title<T>(Expression<Func<TSettings, T>> setting) => _definition.NameOf(setting).ToString();

    /// <summary>A secret setting, to be handed to services as a file.</summary>
    public ServiceSecret Secret<T>(Expression<Func<TSettings, T>> setting) => new(_definition.NameOf(setting) with { IsSecret = true });

    /// <summary>All settings but secrets, as the app itself will read them.</summary>
    /// <exception cref="DeliveryException">One or more cannot be used; the message names all of them.</exception>
    /// <exception cref="InvalidOperationException">The definition does not say how the app reads them.</exception>
    public TSettings Read()
    {
        var read = _definition.Read
            ?? throw new InvalidOperationException($"The definition of {typeof(TSettings).Name} does not say how they are read.");
        return Read(() => read(Told));
    }

    private SettingName NotSecret<T>(Expression<Func<TSettings, T>> setting)
    {
        var name = _definition.NameOf(setting);
        return name.IsSecret
            ? throw new ArgumentException($"{name} is a secret: it is handed over as a file, never as a variable.", nameof(setting))
            : name;
    }
}
