using System.ComponentModel.DataAnnotations;
using Acci.Delivery;
using Acci.Delivery.Images.Tags;
using Nuke.Common;

namespace Acci.Components;

/// <summary>Where images are published.</summary>
public interface IHazRegistry : INukeBuild
{
    /// <summary>The registry, with the path images go below; none means the local registry on 127.0.0.1, which needs no credentials.</summary>
    [Parameter("Registry and owner to publish to, as in 'ghcr.io/owner'; default: a registry of this machine's own on 127.0.0.1")]
    string? Registry => TryGetValue(() => Registry);

    /// <summary>The user to log in with.</summary>
    [Parameter("User to log in to the registry with; default: the docker command's own credentials")]
    string? RegistryUser => TryGetValue(() => RegistryUser);

    /// <summary>The password or token of that user.</summary>
    [Parameter("Password or token to log in to the registry with"), Secret]
    string? RegistryToken => TryGetValue(() => RegistryToken);

    /// <summary>Which tags the images get; a build's own unless the parameter says otherwise.</summary>
    [Parameter("Which tags the images get, in docker/metadata-action's syntax, rules separated by ';' outside of quotes, as in 'type=semver,pattern={{version}};type=sha'", Name = "TagRules")]
    string? TagRuleText => TryGetValue(() => TagRuleText);

    /// <summary>What all tags have in common.</summary>
    [Parameter("What all tags have in common, in docker/metadata-action's syntax, entries separated by ';', as in 'latest=false;suffix=-alpine'")]
    string? TagFlavor => TryGetValue(() => TagFlavor);

    /// <summary>The rules themselves.</summary>
    TagRules TagRules
    {
        get
        {
            var rules = TagRuleText is { } text ? WrongUseException.Read("--tag-rules", () => TagRules.ParseList(text)) : DeliveryOptions.DefaultTagRules;
            return TagFlavor is { } flavor ? rules with { Flavor = WrongUseException.Read("--tag-flavor", () => Flavor.ParseList(flavor)) } : rules;
        }
    }

    /// <summary>How long, in seconds, a registry that fails is tried again.</summary>
    [Parameter("Seconds for which a registry that went away is tried again, counted from its first failure; default: 120"), Range(0, 86_400)]
    int RetryBudget => TryGetValue<int?>(() => RetryBudget) ?? 120;

    /// <summary>Starts a publish over.</summary>
    [Parameter("Repeat every step of a publish, also those that are already done for the same digest"), FormerName("Force")]
    bool Republish => TryGetValue<bool?>(() => Republish) ?? false;

    /// <summary>Publishes uncommitted changes under the version of a tag.</summary>
    [Parameter("Publish although the working tree differs from the tagged commit"), TypedOnly]
    bool AllowDirty => TryGetValue<bool?>(() => AllowDirty) ?? false;

    /// <summary>A registry that carries the base images.</summary>
    [Parameter("Registry that carries the base images under their own paths, as in 'mirror.example.com/hub'")]
    string? ImageMirror => TryGetValue(() => ImageMirror);
}
