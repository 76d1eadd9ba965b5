using Acci.Delivery;
using Acci.Delivery.Images.Tags;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Which tags images get.</summary>
public interface IHazTags : INukeBuild
{
    /// <summary>The rules, as text.</summary>
    [Parameter("Which tags the images get, in docker/metadata-action's syntax, rules separated by ';' outside of quotes, as in 'type=semver,pattern={{version}};type=sha'", Name = "TagRules")]
    string? TagRuleText => TryGetValue(() => TagRuleText);

    /// <summary>What all tags have in common.</summary>
    [Parameter("What all tags have in common, in docker/metadata-action's syntax, entries separated by ';', as in 'latest=false;suffix=-alpine'")]
    string? TagFlavor => TryGetValue(() => TagFlavor);

    /// <summary>The build's own rules, where no parameter names others.</summary>
    TagRules DefaultTagRules => DeliveryOptions.DefaultTagRules;

    /// <summary>The rules themselves.</summary>
    sealed TagRules TagRules
    {
        get
        {
            var rules = TagRuleText is { } text ? WrongUseException.Read("--tag-rules", () => TagRules.ParseList(text)) : DefaultTagRules;
            return TagFlavor is { } flavor ? rules with { Flavor = WrongUseException.Read("--tag-flavor", () => Flavor.ParseList(flavor)) } : rules;
        }
    }
}
