using System.ComponentModel.DataAnnotations;
using Acci.Delivery.Locks;
using Nuke.Common;
using Serilog;

namespace Acci.Components;

/// <summary>Pins newer versions.</summary>
public interface IUpdateLocks : IHazDelivery, IHazImages, IHazActions, IHazGitHub
{
    /// <summary>How many days a release has to have been out.</summary>
    [Parameter("UpdateLocks skips releases that are younger than this many days; default: 7"), Range(0, 36_500), FormerName("MinimumAge")]
    int LocksMinimumAge => TryGetValue<int?>(() => LocksMinimumAge) ?? 7;

    /// <summary>Pins actions and tools to their newest release, base images to what their tags point at now, and says what changed.</summary>
    Target UpdateLocks => _ => _
        .Description("Pins actions, base images and tools to what is newest, and says what changed")
        .TryBefore<IGenerateWorkflows>(x => x.GenerateWorkflows)
        .Runs(this, () => new UpdateLocks(Context, TimeSpan.FromDays(LocksMinimumAge), changes =>
        {
            foreach (var change in changes)
            {
                if (change.IsChange) Log.Information("{Change:l}", change.ToString());
                else Log.Warning("{Change:l}", change.ToString());
            }

            var changed = changes.Count(x => x.IsChange);
            Log.Information("{Changed} pins {Outcome:l}{Next:l}", changed, DryRun ? "would change" : "changed", changed > 0 && !DryRun && this is IGenerateWorkflows ? $"; now run {Layout.BuildCommand} {nameof(IGenerateWorkflows.GenerateWorkflows)}" : "");
        })
        {
            FurtherImages = (this as IHazEnvironments)?.Compose.UpstreamImages() ?? [],
        });
}
