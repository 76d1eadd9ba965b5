using System.Text.RegularExpressions;
using Acci.Delivery.Images.Tags;

namespace Acci.Delivery.Signing;

/// <summary>
/// What a workflow's identity does not say: in which repository and for which ref it ran, which for a reusable workflow are the caller's, and who issued its token.
/// Source: Fulcio, "OID information", 1.3.6.1.4.1.57264.1.5, .6 and .8.
/// </summary>
/// <param name="Repository">The repository that the workflow ran in: <c>owner/name</c>.</param>
/// <param name="Issuer">The <c>iss</c> of the workflow's identity token: <c>https://token.actions.githubusercontent.com</c>.</param>
public sealed partial record WorkflowSource(string Repository, string Issuer)
{
    private const string PullRequests = "refs/pull/";
    private const string PublicHost = "github.com";
    private const string DataResidency = ".ghe.com";
    private const string Suffix = ".git";

    /// <summary>The branch, tag or pull request that it ran for: <c>refs/heads/main</c>. Null means any branch or tag; records of earlier versions do not say it.</summary>
    public string? Ref { get; init; }

    /// <summary>It ran for a pull request, which nobody has accepted yet.</summary>
    internal bool IsOfPullRequest => Ref?.StartsWith(PullRequests, StringComparison.Ordinal) is true;

    /// <summary>The issuer of a server's identity tokens, unless its enterprise has chosen another one.</summary>
    /// <param name="server">The server's address: <c>https://github.com</c>.</param>
    /// <remarks>
    /// Source: GitHub's documentation, "OpenID Connect reference", claim <c>iss</c>, of GitHub.com, GHE.com and GitHub Enterprise Server.
    /// </remarks>
    public static string IssuerOf(string server) => new Uri(server).Authority.ToLowerInvariant() switch
    {
        PublicHost => "https://token.actions.githubusercontent.com",
        var host when host.EndsWith(DataResidency, StringComparison.Ordinal) => $"https://token.actions.{host}",
        var host => $"https://{host}/_services/token",
    };

    /// <summary>Reads an issuer.</summary>
    /// <exception cref="DeliveryException">It is no https address.</exception>
    internal static string ParseIssuer(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps ? text
        : throw new DeliveryException($"'{text}' is not the issuer of an identity token: write it as in {IssuerOf($"https://{PublicHost}")}.");

    /// <summary>Reads <c>owner/name</c>, or the address of a repository's page or of its git remote. A certificate has neither a login nor <c>.git</c>.</summary>
    /// <param name="text">What was typed, or git's remote.</param>
    /// <returns>The server, where an address names it, and the repository; null where the text has another form.</returns>
    internal static (string? Server, string Repository)? TryParseRepository(string text)
    {
        if (NameIn(text) is { } name) return (null, name);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http")) return null;
        return NameIn(address.AbsolutePath.Trim('/')) is { } path ? ($"https://{GitFacts.PageHost(address.Authority)}", path) : null;

        static string? NameIn(string text) =>
            (text.EndsWith(Suffix, StringComparison.Ordinal) ? text[..^Suffix.Length] : text) is var name && Name().IsMatch(name) ? name : null;
    }

    /// <summary>Whether this is the same repository: GitHub's names do not tell case apart.</summary>
    internal bool IsOf(string repository) => Repository.Equals(repository, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+\\z")]
    private static partial Regex Name();
}
