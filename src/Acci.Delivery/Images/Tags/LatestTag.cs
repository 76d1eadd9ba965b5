namespace Acci.Delivery.Images.Tags;

/// <summary>When an image gets the tag <c>latest</c>.</summary>
public enum LatestTag
{
    /// <summary>When its version comes from a git tag that is no pre-release.</summary>
    Auto,

    /// <summary>Always.</summary>
    Always,

    /// <summary>Never.</summary>
    Never,
}
