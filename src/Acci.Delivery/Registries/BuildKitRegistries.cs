using System.Security.Cryptography;
using System.Text;

namespace Acci.Delivery.Registries;

/// <summary>
/// The configuration of registries for a BuildKit that a build starts, as files beside a <c>buildkitd.toml</c>. Source: BuildKit's documentation, "buildkitd.toml".
/// </summary>
/// <param name="special">How those registries are reached that are not reached as usual.</param>
internal sealed class BuildKitRegistries(IReadOnlyList<RegistryAccess> special)
{
    /// <summary>Nothing.</summary>
    public static BuildKitRegistries None { get; } = new([]);

    /// <summary>There is nothing to tell.</summary>
    public bool IsEmpty => special.Count == 0;

    /// <summary>The registries that ask, or may ask, for a certificate of this side's.</summary>
    public IReadOnlyList<string> WithKeys => [.. special.Where(x => x.Trust.Own.Count > 0).Select(x => x.Domain)];

    /// <summary>The same without private keys, for a place where others can read them.</summary>
    public BuildKitRegistries WithoutKeys() => new([.. special.Select(x => x with { OwnFiles = [], Trust = x.Trust with { Own = [] } }).Where(x => !x.IsUsual)]);

    /// <summary>What tells these from others. A builder keeps what it was made with, so its name has to tell that; empty for nothing.</summary>
    public string Identity => string.Join('\n', special.Select(x => $"{x.Domain}{(x.IsPlainHttp ? " http" : "")}"
        + string.Concat(x.Trust.Authorities.Concat(x.Trust.Own).Select(one => $" {one.GetCertHashString(HashAlgorithmName.SHA256)}"))));

    /// <summary>Writes the files.</summary>
    /// <param name="folder">An empty folder that nobody else can read: there are private keys among them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="users">The user's own <c>buildkitd.toml</c>, which counts where it names the same registry; empty where there is none.</param>
    /// <returns>The <c>buildkitd.toml</c>.</returns>
    public async Task<string> WriteAsync(string folder, CancellationToken cancellationToken, string users = "")
    {
        var text = new StringBuilder(users).Append(users.Length > 0 ? "\n" : "");
        var others = special.Where(x => !users.Contains($"[registry.{Quote(x.Domain)}]", StringComparison.Ordinal)).ToArray();
        for (var number = 0; number < others.Length; number++)
            await WriteAsync(others[number], Directory.CreateDirectory(Path.Combine(folder, $"{number}")).FullName, text, cancellationToken);
        var file = Path.Combine(folder, "buildkitd.toml");
        await File.WriteAllTextAsync(file, text.ToString(), cancellationToken);
        return file;
    }

    // buildx copies the files of one registry into one folder, by their last names: two that are called ca.crt would become one. Source: buildx, util/confutil, LoadConfigFiles.
    private static async Task WriteAsync(RegistryAccess access, string folder, StringBuilder text, CancellationToken cancellationToken)
    {
        text.Append("[registry.").Append(Quote(access.Domain)).Append("]\n");
        if (access.IsPlainHttp)
        {
            text.Append("  http = true\n");
            return;
        }

        if (access.Trust.Authorities.Count > 0)
        {
            var file = Path.Combine(folder, "ca.crt");
            await File.WriteAllLinesAsync(file, access.Trust.Authorities.Select(x => x.ExportCertificatePem()).Distinct(), cancellationToken);
            text.Append("  ca = [").Append(Quote(file)).Append("]\n");
        }

        for (var number = 0; number < access.OwnFiles.Count; number++)
        {
            var (certificate, key) = (Path.Combine(folder, $"client-{number}.cert"), Path.Combine(folder, $"client-{number}.key"));
            File.Copy(access.OwnFiles[number].Certificate, certificate);
            File.Copy(access.OwnFiles[number].Key, key);
            text.Append("  [[registry.").Append(Quote(access.Domain)).Append(".keypair]]\n    key = ").Append(Quote(key)).Append("\n    cert = ").Append(Quote(certificate)).Append('\n');
        }
    }

    // Source: TOML 1.0, section "String". buildx on Windows looks for the last name behind a slash.
    private static string Quote(string text)
    {
        var slashed = OperatingSystem.IsWindows() ? text.Replace('\\', '/') : text.Replace(@"\", @"\\", StringComparison.Ordinal);
        return $"\"{slashed.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }
}
