using System.Security.Cryptography;
using System.Text;
using Acci.Delivery.Sarif;
using Acci.Oci;
using Microsoft.CodeAnalysis.Sarif;

namespace Acci.Delivery.Scanning;

/// <summary>
/// Completes the SARIF that Trivy itself writes, for those who bring it: it has neither a category nor fingerprints, and without them two images overwrite each
/// other's alerts, and every alert opens anew.
/// </summary>
internal static class TrivySarif
{
    private const string Trivy = "Trivy";

    /// <summary>Gives Trivy's runs the category of their image; other tools' are left as they are.</summary>
    public static SarifLog Categorize(SarifLog log)
    {
        foreach (var run in log.Runs.Where(run => run.Tool.Driver.Name == Trivy))
        {
            if (string.IsNullOrEmpty(run.AutomationDetails?.Id) && ImageOf(run) is { Length: > 0 } image) (run.AutomationDetails ??= new RunAutomationDetails()).Id = $"trivy/{image}/";
        }

        return log;
    }

    /// <summary>Gives results of Trivy that have no fingerprint one of rule, place and package: those that are in no file here, whose line would tell more.</summary>
    public static void AddFingerprints(Run run)
    {
        if (run.Tool.Driver.Name != Trivy) return;
        foreach (var result in run.Results.Where(x => x is not null))
        {
            if (result.PartialFingerprints?.ContainsKey(Fingerprints.LineHash) is true || result.Locations?.FirstOrDefault() is not { } location) continue;
            // Every finding of an image is said to be in its line 1: what tells them apart is the package, which stands in the location's message as name@version.
            if (location.Message?.Text?.Split(": ")[^1] is not { } package || package.LastIndexOf('@') is not (> 0 and var at)) continue;
            var identity = string.Join('\0', result.RuleId, location.PhysicalLocation?.ArtifactLocation?.Uri?.OriginalString, package[..at]);
            (result.PartialFingerprints ??= new Dictionary<string, string>())[Fingerprints.LineHash] = $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 8))}:1";
        }
    }

    // The image's path without registry, tag and digest, or an archive's name.
    private static string ImageOf(Run run)
    {
        if (!run.TryGetProperty("imageName", out string name)) return "";
        var path = ImageReference.TryParse(name, out var reference, out _) ? reference.Path : Path.GetFileName(name);
        return string.Concat(path.Select(x => char.IsAsciiLetterOrDigit(x) || x is '.' or '-' or '_' or '/' ? x : '-')).Trim('/');
    }
}
