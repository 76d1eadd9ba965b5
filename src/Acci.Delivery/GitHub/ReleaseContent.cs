using NuGet.Versioning;

namespace Acci.Delivery.GitHub;

/// <summary>What a release is to have.</summary>
public sealed record ReleaseContent
{
    // They do not show on the page, and say which part of the text is ours to write anew.
    private const string Start = "<!-- acci:images -->";
    private const string End = "<!-- /acci:images -->";

    /// <summary>The tag it is of: <c>v1.2.3</c>.</summary>
    public required string Tag { get; init; }

    /// <summary>The commit the tag has to be on.</summary>
    public required string Revision { get; init; }

    /// <summary>The version; with a pre-release part the release is marked as one.</summary>
    public required SemanticVersion Version { get; init; }

    /// <summary>What it says of its images, GitHub-flavoured Markdown.</summary>
    public required string Images { get; init; }

    /// <summary>Its files.</summary>
    public required IReadOnlyList<ReleaseAsset> Assets { get; init; }

    /// <summary>The text of a new release: the images, and what changed.</summary>
    public string BodyWith(string changes) => $"{Section}\n\n{changes.Trim()}\n";

    /// <summary>The text of a release that is there: the images anew, and whatever else people have written as it is.</summary>
    public string BodyFrom(string? existing)
    {
        var text = (existing ?? "").ReplaceLineEndings("\n");
        var start = text.IndexOf(Start, StringComparison.Ordinal);
        var end = text.IndexOf(End, StringComparison.Ordinal);
        return start >= 0 && end > start ? $"{text[..start]}{Section}{text[(end + End.Length)..]}" : BodyWith(text);
    }

    private string Section => $"{Start}\n{Images.ReplaceLineEndings("\n").Trim()}\n{End}";
}
