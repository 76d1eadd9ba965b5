using System.Text.Json;
using Acci.Delivery.Processes;

namespace Acci.Delivery.Signing;

/// <summary>What cosign keeps of a TUF repository. Source: sigstore-go, pkg/tuf: <c>DefaultOptions</c>, <c>URLToPath</c>.</summary>
internal static class TufCache
{
    private static readonly string[] Schemes = ["https://", "http://"];

    /// <summary>The folder in which it keeps all of them.</summary>
    public static string FolderOf(ProcessEnvironment environment) => environment.Find("TUF_ROOT") ?? Path.Combine(environment.Home, ".sigstore", "root");

    /// <summary>The trusted root of a Sigstore of one's own, as cosign got it last; null where no such Sigstore is named, and where cosign has asked nobody yet.</summary>
    public static string? FindTrustedRoot(ProcessEnvironment environment)
    {
        if (SigstoreService.MirrorOf(environment) is not { } mirror) return null;
        var address = Schemes.FirstOrDefault(x => mirror.StartsWith(x, StringComparison.Ordinal)) is { } scheme ? mirror[scheme.Length..] : mirror;
        var file = Path.Combine(FolderOf(environment), address.Replace('/', '-').Replace(':', '-').ToLowerInvariant(), "targets", ReadersCommand.RootName);
        return InputFile.Exists(file) ? file : null;
    }

    /// <summary>The content of that trusted root; null where there is none, or what is there is damaged or another file.</summary>
    public static byte[]? TryReadTrustedRoot(ProcessEnvironment environment)
    {
        try
        {
            return FindTrustedRoot(environment) is { } file && InputFile.Read(file, SigstoreFiles.MaximumSize) is var content && IsTrustedRoot(content) ? content : null;
        }
        catch (DeliveryException)
        {
            return null;
        }
    }

    /// <summary>The content of that trusted root; null where there is none.</summary>
    /// <exception cref="DeliveryException">It is damaged, or another file: readers would get it.</exception>
    public static byte[]? ReadTrustedRoot(ProcessEnvironment environment)
    {
        if (FindTrustedRoot(environment) is not { } file) return null;
        return TryReadTrustedRoot(environment) ?? throw new DeliveryException(
            $"{file}, which cosign keeps, is not Sigstore's trusted root, or is damaged. Delete {Path.GetDirectoryName(Path.GetDirectoryName(file))}: cosign fetches it again.");
    }

    // What is in it, cosign verifies by TUF. So only what cannot be one is refused: what is cut off, and what says that it is something else.
    private static bool IsTrustedRoot(byte[] content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && (!document.RootElement.TryGetProperty("mediaType", out var type) || (type.ValueKind == JsonValueKind.String && type.GetString()!.StartsWith(SigstoreFiles.RootType, StringComparison.Ordinal)));
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
