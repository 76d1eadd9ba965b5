using Acci.Delivery.Engines;
using Acci.Oci;

namespace Acci.Environments.Running;

/// <summary>The images that an environment would run.</summary>
/// <param name="Found">The variables that name them, and what else the machine adds.</param>
/// <param name="StandIns">Those that stand-ins would be made for, by their variables.</param>
internal sealed record PlannedImages(IReadOnlyDictionary<string, string> Found, IReadOnlyDictionary<string, ImageReference> StandIns)
{
    /// <summary>All variables, with those of a person on top, as plans name their values.</summary>
    public IReadOnlyDictionary<string, string> With(IReadOnlyDictionary<string, string> variables)
    {
        var all = StandIns.ToDictionary(x => x.Key, x => BaseImages.StandInFor(x.Value), StringComparer.Ordinal);
        foreach (var (name, value) in Found.Concat(variables)) all[name] = value;
        return all;
    }
}
