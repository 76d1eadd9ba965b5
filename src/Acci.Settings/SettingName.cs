using System.Linq.Expressions;
using System.Reflection;
using System.Text;

namespace Acci.Settings;

/// <summary>
/// A setting's name in its spellings. All follow from the path of properties below the type that holds the settings, so that a renamed property
/// renames the setting wherever it is written or read.
/// </summary>
public sealed record SettingName
{
    internal const string FileSuffix = "_FILE";

    private SettingName(string key, string environmentVariable) => (Key, EnvironmentVariable) = (key, environmentVariable);

    /// <summary>The name in a settings file, levels joined by a colon: <c>Server:BackendPort</c>.</summary>
    public string Key { get; }

    /// <summary>
    /// The name in the environment, as the <see cref="NamingRule"/> has it. A file of this name in the secrets folder holds the setting too.
    /// </summary>
    public string EnvironmentVariable { get; }

    /// <summary>The variable that names a file that holds the setting: <c>APP__DATABASE__PASSWORD_FILE</c>.</summary>
    public string FileVariable => EnvironmentVariable + FileSuffix;

    /// <summary>Whether the setting is marked as a <see cref="SecretAttribute">secret</see>; known to names made from an expression.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The name as it is written where colons and capitals are not: <c>database-password</c>.</summary>
    public string Dashed => string.Join('-', Key.Split(':').Select(part => Separate(part, '-'))).ToLowerInvariant();

    /// <summary>A setting that no rule names.</summary>
    /// <param name="key">The name in a settings file, levels joined by a colon.</param>
    /// <param name="environmentVariable">The name in the environment.</param>
    public static SettingName Of(string key, string environmentVariable)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentException.ThrowIfNullOrEmpty(environmentVariable);
        return new SettingName(key, environmentVariable);
    }

    /// <summary>The setting at a path of property names.</summary>
    public static SettingName Of(NamingRule rule, params ReadOnlySpan<string> path)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return new SettingName(string.Join(':', path), rule.VariableOf(path));
    }

    /// <summary>The setting that an expression points at: <c>SettingName.Of((AppSettings s) => s.Server.BackendPort, rule)</c>.</summary>
    /// <exception cref="ArgumentException">The expression is something else than a path of properties.</exception>
    public static SettingName Of<TSettings, T>(Expression<Func<TSettings, T>> setting, NamingRule rule)
    {
        ArgumentNullException.ThrowIfNull(setting);
        ArgumentNullException.ThrowIfNull(rule);
        var path = new Stack<MemberInfo>();
        var node = setting.Body;
        for (; node is MemberExpression member; node = member.Expression)
            path.Push(member.Member);
        return node is ParameterExpression && path.Count > 0
            ? Of(rule, path.Select(rule.KeyOf).ToArray()) with { IsSecret = path.Last().IsDefined(typeof(SecretAttribute)) }
            : throw new ArgumentException($"'{setting}' is not a path of properties such as s => s.Server.BackendPort.", nameof(setting));
    }

    /// <summary>The same setting below a section of the settings file, which its variable does not show.</summary>
    public SettingName Below(string section) => new($"{section}:{Key}", EnvironmentVariable) { IsSecret = IsSecret };

    /// <inheritdoc/>
    public override string ToString() => $"{Key} ({EnvironmentVariable})";

    /// <summary>Puts a separator between the words of a name in Pascal case.</summary>
    internal static string Separate(string name, char separator)
    {
        var words = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && !char.IsUpper(name[i - 1]))
                words.Append(separator);
            words.Append(name[i]);
        }
        return words.ToString();
    }
}
