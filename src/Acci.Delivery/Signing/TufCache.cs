using Acci.Delivery.Processes;

namespace Acci.Delivery.Signing;

/// <summary>What cosign keeps of a TUF repository. Source: sigstore-go, pkg/tuf: <c>DefaultOptions</c>, <c>URLToPath</c>.</summary>
internal static class TufCache
{
    /// <summary>The trusted root of the Sigstore that <c>TUF_MIRROR</c> names, as cosign got it last; null where none is named, and where cosign has asked nobody yet.</summary>
    public static string? FindTrustedRoot(ProcessEnvironment environment)
    {
        if (environment.Find(SigstoreService.Mirror) is not { } mirror) return null;
        var folder = environment.Find("TUF_ROOT") ?? Path.Combine(environment.Home, ".sigstore", "root");
        var address = mirror.IndexOf("://", StringComparison.Ordinal) is >= 0 and var at ? mirror[(at + 3)..] : mirror;
        var file = Path.Combine(folder, address.Replace('/', '-').Replace(':', '-').ToLowerInvariant(), "targets", ReadersCommand.RootName);
        return InputFile.Exists(file) ? file : null;
    }
}
