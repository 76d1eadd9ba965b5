using System.ComponentModel;
using System.Linq.Expressions;
using System.Reflection;
using Acci.Environments.Variables;
using Acci.Settings;

namespace Acci.Environments.Declarations;

/// <summary>The settings an app has, and how they are named.</summary>
public abstract record SettingsDefinition
{
    private protected SettingsDefinition(NamingRule rule) => Rule = rule;

    /// <summary>How they are named in the environment.</summary>
    public NamingRule Rule { get; }

    /// <summary>The section of the settings files that holds them; null where they are at the top.</summary>
    public string? Section { get; init; }

    /// <summary>All of them, in the order of their declaration.</summary>
    public abstract IReadOnlyList<Setting> All { get; }

    /// <summary>Looks whether the app can be started with these.</summary>
    /// <exception cref="SettingsException">One or more cannot be used.</exception>
    internal abstract void Check(ISettingsSource source);

    /// <summary>Whether a key is one below a list or a dictionary of theirs, of a value that it can have; an empty text is also a list without values.</summary>
    internal bool HasBelow(string key, string text) => Rule.NumbersLists && All.Any(x => x.IsList && !x.Name.IsSecret
        && key.StartsWith($"{x.Name.Key}:", StringComparison.OrdinalIgnoreCase)
        && SettingType.At(x.Type, key[(x.Name.Key.Length + 1)..].Split(':'), Rule) is { } type && (text.Length == 0 || SettingType.IsValue(type)));

    private protected SettingName Placed(SettingName name) => Section is null ? name : name.Below(Section);
}

/// <summary>The settings an app has: the properties of a type of its own, of any kind.</summary>
/// <typeparam name="TSettings">The type that holds them.</typeparam>
public sealed record SettingsDefinition<TSettings> : SettingsDefinition
{
    /// <summary>Defines them.</summary>
    /// <param name="rule">How they are named in the environment.</param>
    public SettingsDefinition(NamingRule rule)
        : base(rule)
    {
    }

    /// <summary>
    /// How the app reads them, so that what it would refuse is refused before anything is started; otherwise only types are looked at.
    /// </summary>
    public Func<ISettingsSource, TSettings>? Read { get; init; }

    /// <summary>
    /// The settings that are secrets, for a type that does not know <see cref="SecretAttribute"/>: <c>[s => s.Database.Password]</c>. Those that have the attribute need
    /// not be here.
    /// </summary>
    public IReadOnlyList<Expression<Func<TSettings, string?>>> Secrets { get; init; } = [];

    /// <inheritdoc/>
    public override IReadOnlyList<Setting> All => [.. Below(typeof(TSettings), [], [])];

    /// <summary>The name of one.</summary>
    public SettingName NameOf<T>(Expression<Func<TSettings, T>> setting) => Marked(Placed(SettingName.Of(setting, Rule)));

    internal override void Check(ISettingsSource source)
    {
        if (Read is not null)
        {
            Read(source);
            return;
        }

        SettingError[] errors =
        [
            .. from setting in All
               where !setting.IsList
               let text = source.Find(setting.Name)
               where text is not null && !SettingType.Takes(setting.Type, text, Rule)
               select new SettingError(setting.Name.ToString(), $"'{text}' is no {Nullable.GetUnderlyingType(setting.Type) ?? setting.Type}"),
        ];
        if (errors.Length > 0) throw new SettingsException(errors);
    }

    private IEnumerable<Setting> Below(Type type, string[] path, Type[] around)
    {
        if (around.Contains(type))
            throw new DeliveryException($"{typeof(TSettings).Name}: {string.Join('.', path)} is of type {type.Name}, which holds itself: such settings have no end, and cannot be listed.");
        foreach (var property in SettingType.PropertiesOf(type))
        {
            string[] place = [.. path, Rule.KeyOf(property)];
            if (!place[^1].Equals(property.Name, StringComparison.OrdinalIgnoreCase) && SettingType.IsParameter(property))
                throw new DeliveryException(
                    $"{typeof(TSettings).Name}: '{string.Join(':', [.. path, property.Name])}' is given by the constructor, which reads that name and not '{place[^1]}': "
                    + "take its ConfigurationKeyName away, or give its type a constructor without parameters.");
            if (SettingType.IsSection(property.PropertyType))
            {
                foreach (var setting in Below(property.PropertyType, place, [.. around, type])) yield return setting;
            }
            else
            {
                var name = Marked(Placed(SettingName.Of(Rule, place) with { IsSecret = property.IsDefined(typeof(SecretAttribute)) }));
                // Compose would take "${Server__api-key}" for the variable Server__api and a default.
                if (!Variable.IsName(name.EnvironmentVariable) || !Rule.Finds(place))
                    throw new DeliveryException(
                        $"{typeof(TSettings).Name}: '{name.Key}' would be the variable {name.EnvironmentVariable}, "
                        + $"which {(Rule.Finds(place) ? "no compose file can name" : "the app would read as another setting")}. "
                        + "Give it a ConfigurationKeyName of letters, digits and '_': ASCII ones, no digit first, no '_' at its ends, no two of them.");
                var description = property.GetCustomAttribute<DescriptionAttribute>()?.Description.TrimEnd('.') ?? name.Key;
                yield return new Setting(name, description, property.PropertyType);
            }
        }
    }

    private SettingName Marked(SettingName name) =>
        name.IsSecret || Secrets.Any(x => Placed(SettingName.Of(x, Rule)).Key == name.Key) ? name with { IsSecret = true } : name;
}
