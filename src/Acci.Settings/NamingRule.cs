using System.Reflection;
using System.Text;

namespace Acci.Settings;

/// <summary>How the path of properties that leads to a setting becomes the name of an environment variable.</summary>
public sealed record NamingRule
{
    private const string Level = "__";

    // Its assembly is not needed here, only its name.
    private const string KeyNameAttribute = "Microsoft.Extensions.Configuration.ConfigurationKeyNameAttribute";

    private readonly string _prefix;
    private readonly bool _isUpperCase, _isBareAtTop;

    private NamingRule(string prefix, bool isUpperCase, bool isBareAtTop = false) =>
        (_prefix, _isUpperCase, _isBareAtTop) = (prefix, isUpperCase, isBareAtTop);

    /// <summary>
    /// Words in capitals, joined by one underscore, levels by two: <c>APP__SERVER__BACKEND_PORT</c>. Choices are spelt in lower case: <c>verify-full</c>; a list is one
    /// variable, its values joined by commas.
    /// </summary>
    /// <param name="prefix">The first level: <c>APP</c>.</param>
    /// <param name="alsoAtTop">
    /// Whether a setting at the top has the prefix, too: <c>APP__RUN_MODE</c>; otherwise it is <c>RUN_MODE</c>. Without it one called <c>Path</c>, <c>User</c> or <c>Home</c>
    /// is a variable that every process has.
    /// </param>
    public static NamingRule Prefixed(string prefix, bool alsoAtTop = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        return new(prefix + Level, isUpperCase: true, isBareAtTop: !alsoAtTop);
    }

    /// <summary>
    /// As Microsoft.Extensions.Configuration reads variables: property names as they are, levels joined by two underscores,
    /// <c>Server__BackendPort</c>; a list is one variable for each value, <c>Server__Hosts__0</c>.
    /// </summary>
    /// <param name="prefix">What <c>AddEnvironmentVariables</c> is called with, if anything: <c>SHOP_</c>.</param>
    public static NamingRule Configuration(string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return new(prefix, isUpperCase: false);
    }

    /// <summary>Whether a list is one variable for each of its values; otherwise it is one variable, joined by commas.</summary>
    public bool NumbersLists => !_isUpperCase;

    /// <summary>
    /// Whether an app that reads by this rule takes an empty variable for one that is not set, so that its default holds. Microsoft.Extensions.Configuration does not: an
    /// empty number is an error there, and an empty text wins over the default.
    /// </summary>
    public bool EmptyIsUnset => _isUpperCase;

    /// <summary>
    /// Whether a variable can only be one of these settings, or a misspelt one. Without a prefix none can be told from those of others.
    /// </summary>
    public bool Owns(string variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return _prefix.Length > 0 && variable.StartsWith(_prefix, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// What a settings file calls a property: its name, or where the rule is that of Microsoft.Extensions.Configuration what its <c>ConfigurationKeyName</c> says.
    /// </summary>
    public string KeyOf(MemberInfo property)
    {
        ArgumentNullException.ThrowIfNull(property);
        var named = _isUpperCase ? null : property.CustomAttributes.FirstOrDefault(x => x.AttributeType.FullName == KeyNameAttribute);
        return named?.ConstructorArguments[0].Value as string ?? property.Name;
    }

    /// <summary>The variable of the setting that a path of property names leads to.</summary>
    public string VariableOf(params ReadOnlySpan<string> path)
    {
        var variable = new StringBuilder(path.Length == 1 && _isBareAtTop ? "" : _prefix);
        for (var i = 0; i < path.Length; i++)
            variable.Append(i > 0 ? Level : "").Append(_isUpperCase ? SettingName.Separate(path[i], '_').ToUpperInvariant() : path[i].Replace(":", Level, StringComparison.Ordinal));
        return variable.ToString();
    }

    /// <summary>Whether an app that reads by this rule finds the setting at the path by its variable: a name such as <c>a__b</c> would be read as two levels.</summary>
    public bool Finds(params ReadOnlySpan<string> path) =>
        _isUpperCase || AsKey(VariableOf(path)) == AsKey(_prefix) + string.Join(':', path);

    /// <summary>The variable of one value below a list or a dictionary, where <see cref="NumbersLists">each has its own</see>.</summary>
    /// <param name="variable">The variable of the list or dictionary.</param>
    /// <param name="key">Where the value is below it, levels joined by a colon: <c>0:Host</c>.</param>
    /// <exception cref="FormatException">No variable would be read as this key.</exception>
    public static string VariableOfItem(string variable, string key)
    {
        ArgumentNullException.ThrowIfNull(variable);
        ArgumentNullException.ThrowIfNull(key);
        var item = $"{variable}{Level}{key.Replace(":", Level, StringComparison.Ordinal)}";
        return AsKey(item) == $"{AsKey(variable)}:{key}" && !item.AsSpan().ContainsAny('=', '\0')
            ? item
            : throw new FormatException($"no variable is read as '{key}': it holds '__', '=' or begins or ends with '_'");
    }

    private static string AsKey(string variable) => variable.Replace(Level, ":", StringComparison.Ordinal);

    /// <summary>A choice as a variable's text.</summary>
    public string Spell(Enum choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        return _isUpperCase ? SettingName.Separate(choice.ToString(), '-').ToLowerInvariant() : choice.ToString();
    }
}
