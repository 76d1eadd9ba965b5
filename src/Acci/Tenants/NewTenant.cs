using System.Buffers;
using System.ComponentModel;

namespace Acci.Tenants;

/// <summary>What a client sends to create a tenant.</summary>
internal sealed record NewTenant(
    [property: Description("A DNS label: 1 to 63 lower-case letters, digits and dashes, no dash at either end.")] string? Slug,
    [property: Description("1 to 200 characters.")] string? Name)
{
    private const int LongestName = 200;
    private static readonly SearchValues<char> SlugCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>What is wrong with it, by field; empty when nothing is.</summary>
    internal Dictionary<string, string[]> Problems()
    {
        var problems = new Dictionary<string, string[]>();
        if (SlugProblem(Slug) is { } slug)
            problems.Add("slug", [slug]);
        if (NameProblem(Name) is { } name)
            problems.Add("name", [name]);
        return problems;
    }

    /// <summary>What is wrong with a slug: it is a DNS label (RFC 1123, section 2.1), so that it can be part of a host name.</summary>
    internal static string? SlugProblem(string? slug) => slug switch
    {
        null => "is required",
        _ when slug.Length is >= 1 and <= 63 && !slug.AsSpan().ContainsAnyExcept(SlugCharacters) && slug[0] != '-' && slug[^1] != '-' => null,
        _ => "must be 1 to 63 lower-case letters, digits and dashes, with no dash at either end",
    };

    private static string? NameProblem(string? name) => name switch
    {
        null => "is required",
        _ when string.IsNullOrWhiteSpace(name) => "must not be empty",
        _ when name.EnumerateRunes().Count() > LongestName => $"must have at most {LongestName} characters",
        _ when name.Any(char.IsControl) => "must not contain control characters",
        _ => null,
    };
}
