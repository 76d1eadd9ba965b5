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
}
