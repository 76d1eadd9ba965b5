using System.Globalization;
using System.Text.Json.Nodes;

namespace Acci.GitHub.StandIn;

/// <summary>Container packages and their versions, of organizations, users, and the token's owner.</summary>
internal static class PackageEndpoints
{
    private static readonly (string Package, string Versions, string Version, string Delete, string Restore)[] Names =
    [
        ("packages/get-package-for-organization", "packages/get-all-package-versions-for-package-owned-by-org", "packages/get-package-version-for-organization",
            "packages/delete-package-version-for-org", "packages/restore-package-version-for-org"),
        ("packages/get-package-for-user", "packages/get-all-package-versions-for-package-owned-by-user", "packages/get-package-version-for-user",
            "packages/delete-package-version-for-user", "packages/restore-package-version-for-user"),
        ("packages/get-package-for-authenticated-user", "packages/get-all-package-versions-for-package-owned-by-authenticated-user", "packages/get-package-version-for-authenticated-user",
            "packages/delete-package-version-for-authenticated-user", "packages/restore-package-version-for-authenticated-user"),
    ];

    public static IEnumerable<KeyValuePair<string, Func<RecordedRequest, ApiOperation, Answer>>> Of(GitHubStandIn gitHub)
    {
        foreach (var names in Names)
        {
            yield return new(names.Package, (request, _) => gitHub.Package(request, package => new Answer(200, Json(package, request))));
            yield return new(names.Versions, (request, _) => gitHub.Package(request, package =>
            {
                var deleted = request.Query.GetValueOrDefault("state") == "deleted";
                return Answer.Page(request, [.. package.Versions.Where(x => x.DeletedAt is null != deleted).Skip(package.HiddenVersions).Select(x => Json(x, package, request))]);
            }));
            yield return new(names.Version, (request, _) => gitHub.Version(request, deleted: false, (package, version) => new Answer(200, Json(version, package, request))));
            yield return new(names.Delete, (request, _) => gitHub.Version(request, deleted: false, (package, version) =>
            {
                if (version.IsMuchDownloaded) return Answer.Error(400, "Publicly visible package versions with more than 5000 downloads cannot be deleted. Contact GitHub support for further assistance.");
                var tagged = package.Versions.Where(x => x.DeletedAt is null && x.Tags.Count > 0).ToList();
                if (tagged is [var last] && last == version)
                    return Answer.Error(400, "You cannot delete the last tagged version of a package. You must delete the package instead.");
                version.DeletedAt = DateTimeOffset.UtcNow;
                package.Deleted?.Invoke(version);
                return new Answer(204);
            }));
            yield return new(names.Restore, (request, _) => gitHub.Version(request, deleted: true, (_, version) =>
            {
                version.DeletedAt = null;
                return new Answer(204);
            }));
        }
    }

    private static Answer Package(this GitHubStandIn gitHub, RecordedRequest request, Func<Package, Answer> answer)
    {
        var (owner, isRight) = request.Path.TryGetValue("org", out var org) ? (org, !gitHub.Users.Contains(org))
            : request.Path.TryGetValue("username", out var user) ? (user, gitHub.Users.Contains(user))
            : (gitHub.TokenOwner ?? "", gitHub.TokenOwner is not null);
        var package = gitHub.Packages.FirstOrDefault(x => x.Owner.Equals(owner, StringComparison.OrdinalIgnoreCase) && x.Name == request.Path["package_name"]);
        var hidden = package is { IsPrivate: true } && request.Path.ContainsKey("username");
        return isRight && package is not null && !hidden && request.Path["package_type"] == "container" ? answer(package) : Answer.Error(404, "Package not found.");
    }

    private static Answer Version(this GitHubStandIn gitHub, RecordedRequest request, bool deleted, Func<Package, PackageVersion, Answer> answer) => gitHub.Package(request, package =>
        package.Versions.Find(x => x.DeletedAt is null != deleted && x.Id == long.Parse(request.Path["package_version_id"], CultureInfo.InvariantCulture)) is { } version
            ? answer(package, version)
            : Answer.NotFound());

    private static JsonObject Json(Package package, RecordedRequest request)
    {
        var escaped = Uri.EscapeDataString(package.Name);
        return new JsonObject
        {
            ["id"] = 1,
            ["name"] = package.Name,
            ["package_type"] = "container",
            ["visibility"] = package.IsPrivate ? "private" : "public",
            ["version_count"] = package.Versions.Count(x => x.DeletedAt is null),
            ["url"] = $"{request.Server}orgs/{package.Owner}/packages/container/{escaped}",
            ["html_url"] = $"https://github.com/orgs/{package.Owner}/packages/container/package/{escaped}",
            ["created_at"] = DateTimeOffset.UnixEpoch,
            ["updated_at"] = DateTimeOffset.UnixEpoch,
        };
    }

    private static JsonObject Json(PackageVersion version, Package package, RecordedRequest request)
    {
        var path = $"orgs/{package.Owner}/packages/container/{Uri.EscapeDataString(package.Name)}";
        return new JsonObject
        {
            ["id"] = version.Id,
            ["name"] = version.Digest,
            ["url"] = $"{request.Server}{path}/versions/{version.Id}",
            ["package_html_url"] = $"https://github.com/{path}",
            ["html_url"] = $"https://github.com/{path}/{version.Id}",
            ["created_at"] = version.CreatedAt,
            ["updated_at"] = version.UpdatedAt,
            ["metadata"] = new JsonObject
            {
                ["package_type"] = "container",
                ["container"] = new JsonObject { ["tags"] = new JsonArray([.. version.Tags.Select(x => (JsonNode)x)]) },
            },
        };
    }
}
