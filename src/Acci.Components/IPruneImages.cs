using System.ComponentModel.DataAnnotations;
using Acci.Delivery.Pruning;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Deletes old versions of the images from GitHub's container registry.</summary>
public interface IPruneImages : IHazDelivery
{
    /// <summary>Deletes, and does not only say what would go.</summary>
    [Parameter("PruneImages really deletes; without it, it only says what would go"), TypedOnly]
    bool Delete => TryGetValue<bool?>(() => Delete) ?? false;

    /// <summary>How many of the newest tagged versions stay.</summary>
    [Parameter("How many of the newest tagged versions PruneImages keeps; default: 10"), Range(0, int.MaxValue)]
    int KeepVersions => TryGetValue<int?>(() => KeepVersions) ?? new KeepRules().Newest;

    /// <summary>How many days a version stays after it was last pushed or tagged.</summary>
    [Parameter("How many days PruneImages keeps a version after it was last pushed or tagged; default: 30"), Range(0, 36_500)]
    int KeepDays => TryGetValue<int?>(() => KeepDays) ?? new KeepRules().Days;

    /// <summary>Tags and digests that stay, however old.</summary>
    [Parameter(@"Tags and digests PruneImages keeps, however old, as in 'latest,v1.*,/-lts$/'; default: latest and all releases", Separator = ",")]
    string[]? KeepTags => TryGetValue(() => KeepTags);

    /// <summary>The rules these make.</summary>
    KeepRules KeepRules => new KeepRules { Newest = KeepVersions, Days = KeepDays } is var rules && KeepTags is { Length: > 0 } tags ? rules.WithTags(tags) : rules;

    /// <summary>Says which old versions of the images would go, and with <c>--delete</c> deletes them; nothing that an image that stays needs is touched.</summary>
    Target PruneImages => _ => _
        .Description("Says which old versions of the images would go from GitHub's container registry (--delete deletes them)")
        .Runs(this, () => new PruneImages(Context, KeepRules, Delete, report => Console.WriteLine(report.ToText())));
}
