using System.Globalization;
using System.Text.RegularExpressions;
using Acci.Environments.Declarations;
using Acci.Oci;

namespace Acci.Environments.Stores;

/// <summary>
/// What differs between the official images of PostgreSQL. Source: docker-library/postgres, the Dockerfiles of 13 to 18; the folder: docker-library/postgres#1259.
/// </summary>
/// <param name="DataFolder">Where the volume with the data is mounted.</param>
/// <param name="RunsAs">The image's own user and group.</param>
internal sealed partial record PostgreSqlImage(string DataFolder, string RunsAs)
{
    // From here on the folder is one of the version's own below the volume, and a mount of the old one is refused.
    private const int NewFolder = 18;

    /// <summary>What is known of an image; null where it is none of the official ones.</summary>
    /// <param name="image">The image; null for the official one of the version.</param>
    /// <param name="version">The tag of the official one.</param>
    public static PostgreSqlImage? Find(ServiceImage? image, string version)
    {
        if (image is not null)
        {
            if (image.Reference is null || ImageReference.Parse(image.Reference) is not { Tag: { } tag } named || named.Repository.Split('/')[^1] != "postgres") return null;
            version = tag;
        }

        if (Tag().Match(version) is not { Success: true } known) return null;
        var isNew = int.Parse(known.Groups["major"].ValueSpan, CultureInfo.InvariantCulture) >= NewFolder;
        return new(isNew ? "/var/lib/postgresql" : "/var/lib/postgresql/data", known.Groups["alpine"].Success ? "70:70" : "999:999");
    }

    [GeneratedRegex(
        @"^(?<major>[0-9]{1,4})(?:\.[0-9]+)*(?:(?:beta|rc)[0-9]+)?(?:-(?:(?<alpine>alpine)[0-9.]*|bullseye|bookworm|trixie))?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Tag();
}
