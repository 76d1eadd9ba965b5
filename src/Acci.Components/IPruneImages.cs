using System.ComponentModel.DataAnnotations;
using Acci.Delivery;
using Acci.Delivery.Pruning;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Deletes old versions of the images from GitHub's container registry.</summary>
public interface IPruneImages : IHazDelivery, IHazImages, IHazRegistry, IHazGitHub
{
    /// <summary>Deletes, instead of only saying what would go.</summary>
    [Parameter("PruneImages deletes the old versions; without this switch it only lists them"), TypedOnly, FormerName("Delete")]
    bool PruneDelete => TryGetValue<bool?>(() => PruneDelete) ?? false;

    /// <summary>How many of the newest tagged versions stay.</summary>
    [Parameter("How many of the newest tagged versions PruneImages keeps; default: 10"), Range(1, int.MaxValue), FormerName("KeepVersions")]
    int PruneKeepVersions => TryGetValue<int?>(() => PruneKeepVersions) ?? DefaultKeepRules.Newest;

    /// <summary>How many days a version stays after it was last pushed or tagged.</summary>
    [Parameter("How many days PruneImages keeps a version after it was last pushed or tagged; default: 30"), Range(1, 36_500), FormerName("KeepDays")]
    int PruneKeepDays => TryGetValue<int?>(() => PruneKeepDays) ?? DefaultKeepRules.Days;

    /// <summary>Tags and digests that stay, however old.</summary>
    [Parameter("Tags and digests that PruneImages keeps whatever their age, as in 'latest,v1.*,/-lts$/'; default: latest and all releases", Separator = ",")]
    [FormerName("KeepTags")]
    string[]? PruneKeepTags => TryGetValue(() => PruneKeepTags);

    /// <summary>The build's own rules, where no parameter says otherwise.</summary>
    KeepRules DefaultKeepRules => new();

    /// <summary>The rules these make.</summary>
    sealed KeepRules KeepRules =>
        DefaultKeepRules with { Newest = PruneKeepVersions, Days = PruneKeepDays } is var rules && PruneKeepTags is { Length: > 0 } tags
            ? WrongUseException.Read("--prune-keep-tags", () => rules.WithTags(tags))
            : rules;

    /// <summary>
    /// Lists the old versions of the images, and with <c>--prune-delete</c> deletes them; what an image that is kept needs is kept, too.
    /// </summary>
    Target PruneImages => _ => _
        .Description("Lists the old versions of the images in GitHub's container registry (--prune-delete deletes them)")
        .TryAfter<IPublishImages>(x => x.Publish)
        .Runs(this, () => Prepared(new PruneImages(Context, KeepRules, PruneDelete, report => Shown.WriteLine(report.ToText()))));
}
