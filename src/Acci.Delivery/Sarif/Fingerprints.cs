using System.Text;
using Microsoft.CodeAnalysis.Sarif;

namespace Acci.Delivery.Sarif;

/// <summary>
/// Gives results the fingerprint by which code scanning knows an alert again after its line moved. Results without a line, or in no file below the root, get none.
/// Source: github/codeql-action, as it prepares an upload.
/// </summary>
/// <param name="root">The working tree's root.</param>
public sealed class Fingerprints(string root)
{
    /// <summary>The key of the fingerprint in <c>partialFingerprints</c>.</summary>
    public const string LineHash = "primaryLocationLineHash";

    // Larger files are data; nobody reviews an alert in line 900,000.
    private const int MaximumFileSize = 64 * 1024 * 1024;

    private readonly SourceFiles _files = new(root);
    private readonly Dictionary<string, IReadOnlyList<string>> _hashes = new(StringComparer.Ordinal);

    /// <summary>Adds what is missing; a fingerprint that is there stays, and is reported when it is another one than the file's.</summary>
    public void AddTo(Run run, Action<string> warn)
    {
        var differing = 0;
        Result? example = null;
        foreach (var result in run.Results ?? [])
        {
            if (HashOf(result, run.Artifacts) is not { } hash) continue;
            result.PartialFingerprints ??= new Dictionary<string, string>();
            var existing = result.PartialFingerprints.TryGetValue(LineHash, out var value) ? value : null;
            if (string.IsNullOrEmpty(existing))
            {
                result.PartialFingerprints[LineHash] = hash;
            }
            else if (existing != hash)
            {
                differing++;
                example ??= result;
            }
        }

        if (example is not null)
        {
            var place = example.Locations[0].PhysicalLocation;
            warn($"{differing} results have another {LineHash} than their file gives, the first in line {place.Region.StartLine} of {place.ArtifactLocation.Uri}: theirs were kept. Was the file changed since?");
        }
    }

    private string? HashOf(Result? result, IList<Artifact>? artifacts)
    {
        if (result?.Locations?.FirstOrDefault()?.PhysicalLocation is not { Region.StartLine: > 0 and var line } place) return null;
        if (_files.Find(place.ArtifactLocation, artifacts) is not { } file) return null;
        if (!_hashes.TryGetValue(file, out var hashes)) _hashes[file] = hashes = Read(file);
        return line <= hashes.Count ? hashes[line - 1] : null;
    }

    private static IReadOnlyList<string> Read(string file)
    {
        try
        {
            // Not File.ReadAllText, which would take a byte order mark away: it counts as a character.
            return LineHashes.Of(Encoding.UTF8.GetString(InputFile.Read(file, MaximumFileSize)));
        }
        catch (DeliveryException)
        {
            return [];
        }
    }
}
