using System.Text.Json;
using Octokit;

namespace Acci.Delivery.GitHub;

/// <summary>A release as GitHub has it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Tag">Its tag.</param>
/// <param name="IsDraft">Nobody else sees it yet.</param>
/// <param name="IsPrerelease">It is a pre-release.</param>
/// <param name="Body">Its text.</param>
/// <param name="Page">Its page.</param>
/// <param name="Uploads">Where its files are sent to.</param>
internal sealed record KnownRelease(long Id, string Tag, bool IsDraft, bool IsPrerelease, string Body, Uri Page, Uri Uploads)
{
    /// <summary>Reads GitHub's answer.</summary>
    /// <exception cref="JsonException">It lacks what GitHub documents.</exception>
    /// <exception cref="DeliveryException">Files would go elsewhere.</exception>
    public static KnownRelease Of(Release? release, GitHubServer server)
    {
        if (release is null) throw new JsonException("a release is null");
        return new KnownRelease(
            RequiredId(release.Id), Required(release.TagName, "tag_name"), release.Draft, release.Prerelease, release.Body?.ReplaceLineEndings("\n") ?? "",
            PageOf(Required(release.HtmlUrl, "html_url")), server.UploadAddress(Required(release.UploadUrl, "upload_url").Split('{')[0]));
    }

    /// <summary>A value that GitHub's answers have.</summary>
    /// <exception cref="JsonException">It is missing.</exception>
    public static string Required(string? value, string name) => value ?? throw new JsonException($"'{name}' is missing");

    /// <summary>A number by which GitHub's answers name something.</summary>
    /// <exception cref="JsonException">It is missing.</exception>
    public static long RequiredId(long id) => id > 0 ? id : throw new JsonException("'id' is missing");

    private static Uri PageOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var page) && page.Scheme is "https" or "http" ? page : throw new JsonException("'html_url' is not the address of a page");
}
