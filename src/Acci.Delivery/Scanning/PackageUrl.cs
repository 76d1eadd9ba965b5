namespace Acci.Delivery.Scanning;

/// <summary>
/// A package's identity across ecosystems: <c>pkg:deb/debian/openssl@3.0.15?arch=amd64</c>. Source: ECMA-427, package URL.
/// </summary>
/// <param name="Type">The ecosystem: <c>deb</c>, <c>npm</c>, <c>nuget</c>.</param>
/// <param name="Namespace">Distribution, scope or group; empty where there is none.</param>
/// <param name="Name">The package.</param>
/// <param name="Version">The version; null where none is named.</param>
/// <param name="Qualifiers">What else tells it from others.</param>
public sealed record PackageUrl(string Type, string Namespace, string Name, string? Version, IReadOnlyDictionary<string, string> Qualifiers)
{
    private const string Scheme = "pkg:";

    /// <summary>Reads one, or returns null when the text is none.</summary>
    public static PackageUrl? TryParse(string? text)
    {
        if (text is null || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        var rest = text[Scheme.Length..].Split('#')[0].Trim('/');
        var qualifiers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (rest.IndexOf('?', StringComparison.Ordinal) is >= 0 and var question)
        {
            foreach (var pair in rest[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                if (pair.Split('=', 2) is [var key, { Length: > 0 } value]) qualifiers[key] = Uri.UnescapeDataString(value);
            }

            rest = rest[..question];
        }

        string? version = null;
        // An '@' before the last slash is a scope's, as in pkg:npm/@angular/core.
        if (rest.LastIndexOf('@') is > 0 and var at && at > rest.LastIndexOf('/'))
        {
            version = Uri.UnescapeDataString(rest[(at + 1)..]);
            rest = rest[..at];
        }

        return rest.Split('/', StringSplitOptions.RemoveEmptyEntries) is [var type, .. var path, var name]
            ? new PackageUrl(type.ToLowerInvariant(), string.Join('/', path.Select(Uri.UnescapeDataString)), Uri.UnescapeDataString(name), version is "" ? null : version, qualifiers)
            : null;
    }

    /// <summary>The package is one that this one describes: what is not named here, version or qualifier, may be anything there.</summary>
    public bool Matches(PackageUrl package) =>
        Type == package.Type
        && string.Equals(Namespace, package.Namespace, Comparison)
        && string.Equals(Name, package.Name, Comparison)
        && (Version is null || Version == package.Version)
        && Qualifiers.All(x => package.Qualifiers.TryGetValue(x.Key, out var value) && value == x.Value);

    /// <inheritdoc/>
    public override string ToString() => $"{Scheme}{Type}/{(Namespace.Length == 0 ? "" : $"{Namespace}/")}{Name}{(Version is null ? "" : $"@{Version}")}";

    // NuGet's names are the same in any case.
    private StringComparison Comparison => Type == "nuget" ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
}
