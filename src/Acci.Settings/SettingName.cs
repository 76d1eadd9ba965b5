using System.Linq.Expressions;
using System.Reflection;
using System.Text;

namespace Acci.Settings;

/// <summary>
/// A setting's name in its three spellings. All follow from the path of properties below <see cref="AppSettings"/>, so that a renamed
/// property renames the setting wherever it is written or read.
/// </summary>
public sealed record SettingName
{
    internal const string FileSuffix = "_FILE";

    private SettingName(string key, string environmentVariable) => (Key, EnvironmentVariable) = (key, environmentVariable);

    /// <summary>The name in a settings file, levels joined by a colon: <c>Server:BackendPort</c>.</summary>
    public string Key { get; }

    /// <summary>
    /// The name in the environment: <c>APP__SERVER__BACKEND_PORT</c>; a setting at the top has no prefix: <c>RUN_MODE</c>. A file of
    /// this name in the secrets folder holds the setting too.
    /// </summary>
    public string EnvironmentVariable { get; }

    /// <summary>The variable that names a file that holds the setting: <c>APP__DATABASE__PASSWORD_FILE</c>.</summary>
    public string FileVariable => EnvironmentVariable + FileSuffix;

    /// <summary>Whether the setting is marked as a <see cref="SecretAttribute">secret</see>; known to names made from an expression.</summary>
    public bool IsSecret { get; private init; }

    /// <summary>The setting at a path of property names below <see cref="AppSettings"/>.</summary>
    public static SettingName Of(params ReadOnlySpan<string> path)
    {
        var variable = new StringBuilder(path.Length > 1 ? "APP" : "");
        foreach (var property in path)
            variable.Append(variable.Length > 0 ? "__" : "").Append(Separate(property, '_').ToUpperInvariant());
        return new SettingName(string.Join(':', path), variable.ToString());
    }

    /// <summary>The setting that an expression points at: <c>SettingName.Of(s => s.Server.BackendPort)</c>.</summary>
    /// <exception cref="ArgumentException">The expression is something else than a path of properties.</exception>
    public static SettingName Of<T>(Expression<Func<AppSettings, T>> setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        var path = new Stack<MemberInfo>();
        var node = setting.Body;
        for (; node is MemberExpression member; node = member.Expression)
            path.Push(member.Member);
        return node is ParameterExpression && path.Count > 0
            ? Of(path.Select(member => member.Name).ToArray()) with { IsSecret = path.Last().IsDefined(typeof(SecretAttribute)) }
            : throw new ArgumentException($"'{setting}' is not a path of properties such as s => s.Server.BackendPort.", nameof(setting));
    }

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
