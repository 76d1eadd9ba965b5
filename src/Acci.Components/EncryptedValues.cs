using System.Reflection;
using Nuke.Common;

namespace Acci.Components;

/// <summary>
/// Secrets in parameter files. NUKE reads them encrypted only, as <c>nuke :secrets</c> writes them, and goes on without a value where it cannot decrypt one; here that
/// is an error.
/// </summary>
internal static class EncryptedValues
{
    private const string Prefix = "v1:";

    /// <summary>The parameters that have an encrypted value, each with its file.</summary>
    public static IDictionary<string, string> Found { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Why a secret's value in a file does not count; null when it does.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="file">How messages call the file.</param>
    /// <param name="value">The value.</param>
    public static string? Problem(string name, string file, string value)
    {
        if (!value.StartsWith(Prefix, StringComparison.Ordinal))
            return $"is a secret and is not encrypted: 'nuke :secrets' encrypts it; or set the environment variable {name} instead";
        if (ForeignVariables.Of(name).Any()) return null;
        if (!IsOnNuke)
            return $"is encrypted, which Nuke.Offline cannot decrypt: run the build on NUKE's packages (NUKE_ENGINE=Package), or set the environment variable {name} instead";
        if (!IsPasswordKnown(file))
            return $"is encrypted: set the environment variable {PasswordVariable(file)} to the password of that file, or run the build in a terminal, where NUKE asks for it";
        Found[name] = file;
        return null;
    }

    /// <summary>The encrypted value that NUKE did not decrypt, as the sentence to show; null when there are none.</summary>
    /// <param name="parameters">The build's parameters, by name.</param>
    /// <param name="build">The build, with its values.</param>
    public static string? Undecrypted(IReadOnlyDictionary<string, MemberInfo?> parameters, INukeBuild build)
    {
        foreach (var (name, file) in Found)
        {
            if (parameters[name] is { } member && Parameters.Value(member, build)?.ToString() is not { Length: > 0 })
                return $"{file}: {name} could not be decrypted: the password is wrong, or the value is damaged.";
        }

        return null;
    }

    private static bool IsOnNuke { get; } = typeof(NukeBuild).Assembly.GetName().Name != "Nuke.Offline";

    // On macOS it can be in the keychain.
    private static bool IsPasswordKnown(string file) =>
        !Console.IsInputRedirected || OperatingSystem.IsMacOS() || ForeignVariables.Current().Keys.Any(x => Plain(x) == Plain(PasswordVariable(file)));

    private static string PasswordVariable(string file)
    {
        var profile = Path.GetFileName(file)["parameters".Length..^".json".Length].TrimStart('.');
        return profile.Length == 0 ? "PARAMS_KEY" : $"PARAMS_{profile.ToUpperInvariant().Replace('.', '_')}_KEY";
    }

    private static string Plain(string variable) => variable.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
}
