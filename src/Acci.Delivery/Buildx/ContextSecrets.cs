using Acci.Delivery.Images;

namespace Acci.Delivery.Buildx;

/// <summary>Looks for secrets of this checkout's environments in build contexts: a Dockerfile may copy the whole context into the image.</summary>
internal static class ContextSecrets
{
    /// <summary>Finds the first image whose context contains a secret, and says what to do; null if there is none.</summary>
    public static string? FindProblem(DeliveryOptions options)
    {
        var folder = Path.Combine(options.Root, options.Layout.Compose);
        string[] secret = [.. FilesIn(Path.Combine(folder, "secrets"), "*", isDeep: true), .. FilesIn(folder, ".env.*", isDeep: false).Where(x => Path.GetFileName(x) != ".env.example")];
        return secret.Length == 0 ? null : options.Images.Select(x => ProblemOf(x, options, secret)).FirstOrDefault(x => x is not null);
    }

    private static string? ProblemOf(ImageDefinition image, DeliveryOptions options, IEnumerable<string> secret)
    {
        var context = Path.GetFullPath(image.Context, options.Root);
        var ignored = IgnoreFile.Of(Path.GetFullPath(image.Dockerfile, options.Root), context);
        var seen = secret.Select(x => BuildContexts.Below(context, x)).OfType<string>().FirstOrDefault(x => ignored?.LeavesOut(x) is not true);
        if (seen is null) return null;
        var folder = Path.GetRelativePath(context, Path.Combine(options.Root, options.Layout.Compose)).Replace('\\', '/');
        return $"{seen} is in the build context of the image '{image.Name}', whose Dockerfile could copy this machine's secrets into it: "
            + $"add the lines '{folder}/secrets' and '{folder}/.env.*' to {Path.GetRelativePath(options.Root, Path.Combine(context, ".dockerignore"))}, or to '{image.Dockerfile}.dockerignore' if there is one.";
    }

    private static IEnumerable<string> FilesIn(string folder, string pattern, bool isDeep)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = isDeep, AttributesToSkip = 0, IgnoreInaccessible = true };
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, pattern, options).Where(x => Path.GetFileName(x) != ".gitignore") : [];
    }
}
