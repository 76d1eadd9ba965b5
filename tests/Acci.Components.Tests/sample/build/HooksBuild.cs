using Acci;
using Acci.Components;
using Acci.Delivery;
using Acci.Delivery.Images;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Pruning;
using Acci.Generation;
using Nuke.Common;
using Nuke.Common.Tooling;
using Serilog;

/// <summary>A build that changes what the components have by default, and says what they come to.</summary>
class HooksBuild : DeliveryBuild, IPublishImages, IPruneImages, IVerifyGenerated, IGenerateBakeFile
{
    public static int Run() => Execute<HooksBuild>(x => x.Say);

    IEnumerable<ImageDefinition> IHazImages.Images => [new("app") { Dockerfile = "Dockerfile" }];

    Configure<DeliveryOptions> IHazDelivery.DeliverySettings => _ => _ with { RetryBudget = _.RetryBudget * 2 };

    TagRules IHazTags.DefaultTagRules => TagRules.ParseList("type=raw,value=own");

    KeepRules IPruneImages.DefaultKeepRules => new() { Newest = 3, Days = 4 };

    IEnumerable<GeneratedFile> IVerifyGenerated.FurtherGeneratedFiles => [new("own.txt", "own\n")];

    Target Say => _ => _.Runs(this, () => Verb.Looking(async () =>
    {
        var context = ((IHazDelivery)this).Context;
        var keep = ((IPruneImages)this).KeepRules;
        Log.Information("retries {Seconds} s", context.Options.RetryBudget.TotalSeconds);
        Log.Information("tags {Tags:l}", string.Join(", ", (await context.TagsAsync()).All));
        Log.Information("keeps {Newest} and {Days} days", keep.Newest, keep.Days);
        Log.Information("compares {Files:l}", string.Join(", ", ((IVerifyGenerated)this).GeneratedFiles.Select(x => x.Path)));
    }));
}
