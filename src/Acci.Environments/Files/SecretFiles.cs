using System.Security.Cryptography;
using System.Text;
using Acci.Environments.Declarations;
using Acci.Generation;
using Acci.Settings;

namespace Acci.Environments.Files;

/// <summary>
/// The files that hand secrets to containers. A file that is mounted keeps its mode and owner, and its readers are users without rights: so everybody
/// may read the file, and nobody but its owner gets into the folder it is in. A mount does not ask the folder.
/// </summary>
/// <param name="folder">The folder of compose files.</param>
/// <param name="environment">The environment's name.</param>
internal sealed class SecretFiles(string folder, string environment)
{
    /// <summary>How large a secret's file may be, in bytes.</summary>
    internal const int MaximumSize = 1024 * 1024;

    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int Length = 32;
    private const UnixFileMode OwnFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Where a secret's file is, relative to the compose file, when nobody says otherwise.</summary>
    public static string PathOf(string environment, SettingName secret) => $"./secrets/{environment}/{secret.EnvironmentVariable}";

    /// <summary>The secret's file, and whether it is one that is made here.</summary>
    public (string Path, bool IsOwn) Find(SettingName secret, IReadOnlyDictionary<string, string> variables)
    {
        var own = PathOf(environment, secret);
        var named = variables.GetValueOrDefault(secret.FileVariable) is { Length: > 0 } text ? text : own;
        return (Path.GetFullPath(named, folder), Path.GetFullPath(named, folder) == Path.GetFullPath(own, folder));
    }

    /// <summary>
    /// Why data from before could not be read with the secret as it would be now; null where they can. A value that is given where there is no file is taken at its
    /// word: nothing is lost by that, and it is how a file that is gone comes back.
    /// </summary>
    /// <param name="data">The secret, and the store whose data are made with it.</param>
    /// <param name="value">What the settings say it is.</param>
    /// <param name="variables">The variables that may name a file of a person's own.</param>
    public string? ConflictWithData(DataSecret data, string? value, IReadOnlyDictionary<string, string> variables)
    {
        var secret = data.Secret.Name;
        var (path, isOwn) = Find(secret, variables);
        if (!isOwn || value is null == File.Exists(path)) return null;
        if (value is null) return $"and {path} with its password is gone. Put the file back";
        return Trimmed(TextOf(path)) == Trimmed(value)
            ? null
            : $"made with the password in {path}, and {secret} is another one now, which {data.Store} would not take. Tell {data.Store} first ({data.Change}) and then remove that file";
    }

    /// <summary>The file that <see cref="Ensure"/> would write; null where it would leave what is there.</summary>
    public string? WouldWrite(SettingName secret, string? value, IReadOnlyDictionary<string, string> variables) =>
        Find(secret, variables) is (var path, true) && (!File.Exists(path) || (value is not null && Trimmed(TextOf(path)) != Trimmed(value))) ? path : null;

    /// <summary>Makes sure that the file is there and can be read where it is needed.</summary>
    /// <param name="secret">The setting.</param>
    /// <param name="value">What the settings say it is; null leaves what is there, or makes up a strong one.</param>
    /// <param name="variables">The variables that may name a file of a person's own, which is never written.</param>
    /// <returns>The secret.</returns>
    /// <exception cref="DeliveryException">The file that was named cannot serve.</exception>
    public string Ensure(SettingName secret, string? value, IReadOnlyDictionary<string, string> variables)
    {
        var (path, isOwn) = Find(secret, variables);
        if (!isOwn) Check(secret, path);
        else if (WouldWrite(secret, value, variables) is not null) Write(path, value ?? RandomNumberGenerator.GetString(Letters, Length));
        else KeepOutOfGit();

        var text = TextOf(path);
        if (Trimmed(text).Length == 0) throw Wrong(secret, path, "is empty");
        Redaction.Register(Trimmed(text));
        return text;
    }

    /// <summary>Looks whether a file that a person named can serve.</summary>
    public static void Check(SettingName secret, string path)
    {
        if (Directory.Exists(path)) throw Wrong(secret, path, "is a folder");
        if (!InputFile.Exists(path)) throw Wrong(secret, path, "does not exist");
        if (!OperatingSystem.IsWindows() && !File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherRead))
            throw Wrong(secret, path, $"has mode 0{Convert.ToString((int)File.GetUnixFileMode(path), 8)}, which the containers' users could not read: run `chmod 444` on it, and keep others out by the folder's mode, `chmod 700`");
    }

    /// <summary>A copy of a file beside the secrets, for an engine that sees this folder and not the file.</summary>
    /// <param name="name">The copy's name.</param>
    /// <param name="file">The file.</param>
    /// <returns>The copy's path.</returns>
    public string Copy(string name, string file)
    {
        var path = Path.GetFullPath(Path.Combine("secrets", environment, name), folder);
        CreateFolderOf(path);
        // It has the file's mode, which may not let it be written again.
        File.Delete(path);
        File.Copy(file, path);
        return path;
    }

    // Every byte counts: a store that reads the file leaves no byte order mark out.
    private static string TextOf(string path) => Encoding.UTF8.GetString(InputFile.Read(path, MaximumSize));

    // As everyone who reads such a file reads it.
    private static string Trimmed(string text) => text.TrimEnd('\r', '\n');

    private void Write(string path, string value)
    {
        CreateFolderOf(path);
        AtomicFile.Write(path, value, Readable);
    }

    private void CreateFolderOf(string path)
    {
        var (all, own) = (Path.Combine(folder, "secrets"), Path.GetDirectoryName(path)!);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(own);
        }
        else
        {
            Directory.CreateDirectory(all, OwnFolder);
            Directory.CreateDirectory(own, OwnFolder);
            File.SetUnixFileMode(own, OwnFolder);
        }

        KeepOutOfGit();
    }

    // The repository's own .gitignore need not know of the folder.
    private void KeepOutOfGit()
    {
        var ignore = Path.Combine(folder, "secrets", ".gitignore");
        if (!File.Exists(ignore)) AtomicFile.Write(ignore, "# Secrets are never committed.\n*\n");
    }

    private static DeliveryException Wrong(SettingName secret, string path, string problem) =>
        new($"The file of the secret {secret.Key}, {path} ({secret.FileVariable}), {problem}. Nothing was started.");
}
