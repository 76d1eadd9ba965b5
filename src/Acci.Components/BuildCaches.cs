using Acci.Delivery.Images;

namespace Acci.Components;

/// <summary>The values of <c>--cache</c>.</summary>
internal static class BuildCaches
{
    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names { get; } = Enum.GetNames<BuildCache>();
}
