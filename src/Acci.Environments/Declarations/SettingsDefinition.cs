using System.ComponentModel;
using System.Linq.Expressions;
using System.Reflection;
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
    public override IReadOnlyList<Setting> All => [.. Below(typeof(TSettings), [])];

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
               where text is not null && !Converts(setting.Type, text)
               select new SettingError(setting.Name.ToString(), $"'{text}' is no {Nullable.GetUnderlyingType(setting.Type) ?? setting.Type}"),
        ];
        if (errors.Length > 0) throw new SettingsException(errors);
    }

    private IEnumerable<Setting> Below(Type type, string[] path)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance);
        foreach (var property in properties.Where(x => x.SetMethod is { IsPublic: true } && x.GetIndexParameters().Length == 0))
        {
            string[] place = [.. path, property.Name];
            if (IsSection(property.PropertyType))
            {
                foreach (var setting in Below(property.PropertyType, place)) yield return setting;
            }
            else
            {
                var name = Marked(Placed(SettingName.Of(Rule, place) with { IsSecret = property.IsDefined(typeof(SecretAttribute)) }));
                var description = property.GetCustomAttribute<DescriptionAttribute>()?.Description.TrimEnd('.') ?? name.Key;
                yield return new Setting(name, description, property.PropertyType);
            }
        }
    }

    private SettingName Marked(SettingName name) =>
        name.IsSecret || Secrets.Any(x => Placed(SettingName.Of(x, Rule)).Key == name.Key) ? name with { IsSecret = true } : name;

    // A type of the app's own with properties of its own; what can be read from a text is a value.
    private static bool IsSection(Type type) =>
        type is { IsClass: true }
        && type.Namespace?.Split('.')[0] != nameof(System)
        && !type.IsAssignableTo(typeof(System.Collections.IEnumerable))
        && !TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string));

    private static bool Converts(Type type, string text)
    {
        var converter = TypeDescriptor.GetConverter(Nullable.GetUnderlyingType(type) ?? type);
        return !converter.CanConvertFrom(typeof(string)) || converter.IsValid(text);
    }
}
