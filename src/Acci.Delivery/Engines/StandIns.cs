using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Acci.Oci;

namespace Acci.Delivery.Engines;

/// <summary>The images that a stand-in can be made for, as the script that makes them lists them.</summary>
internal static partial class StandIns
{
    private static readonly Lazy<IReadOnlyList<string>> Known = new(Read);

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names => Known.Value;

    /// <summary>Why none can be made here; null where that is no question of the machine.</summary>
    public static string? ObstacleHere =>
        !PrivateEngine.CanFetchPackages ? "Stand-ins are made from Debian's packages, and this machine does not run Debian."
        : RuntimeInformation.OSArchitecture != Architecture.X64 ? $"Stand-ins are made on x86_64 machines only, and this is {RuntimeInformation.OSArchitecture}."
        : null;

    /// <summary>Why none can be made here for an image; null where it can.</summary>
    public static string? ObstacleTo(ImageReference image)
    {
        var name = image.Normalize() with { Digest = null };
        return ObstacleHere ?? (Names.Contains(name.ToString()) ? null : $"There is no stand-in for it; there are some for {string.Join(", ", Names)}.");
    }

    private static string[] Read()
    {
        var script = Encoding.UTF8.GetString(EmbeddedScript.All.Single(x => x.Path == "stand-ins/build.sh").Content);
        return [.. Recipe().Matches(script).Select(x => x.Groups["image"].Value).Order(StringComparer.Ordinal)];
    }

    // An entry of the array RECIPES; those of other arrays are no images.
    [GeneratedRegex(@"^ +\[(?<image>[^\]\s]+/[^\]\s]+)\]=\w+$", RegexOptions.Multiline)]
    private static partial Regex Recipe();
}
