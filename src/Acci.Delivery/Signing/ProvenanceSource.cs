using System.Text.Json;
using Acci.Delivery.Images.Tags;

namespace Acci.Delivery.Signing;

/// <summary>
/// From what an image was built, as its provenance says it. BuildKit writes down what git says in the folder it builds; without git, and without a
/// remote, there is less. Source: BuildKit, docs/attestations/slsa-provenance.md, <c>buildkit_metadata</c>.
/// </summary>
/// <param name="Repository">The source repository, <c>owner/name</c>, or a longer path; null where it names none that has an address.</param>
/// <param name="Commit">The commit; null where it names none.</param>
internal sealed record ProvenanceSource(string? Repository, string? Commit)
{
    private const string Changed = "-dirty";

    /// <summary>Reads a provenance's predicate.</summary>
    public static ProvenanceSource Of(JsonElement predicate)
    {
        var (source, commit) = (Text("source"), Text("revision"));
        return new ProvenanceSource(
            RepositoryOf(source),
            commit.Length == 0 ? null : commit.EndsWith(Changed, StringComparison.Ordinal) ? commit[..^Changed.Length] : commit);

        string Text(string name) => predicate.ForeignText("runDetails", "metadata", "buildkit_metadata", "vcs", name);
    }

    /// <summary>The repository that an address or git's remote leads to; null where it leads to none. The host may be one machine's name.</summary>
    public static string? RepositoryOf(string? address) =>
        Uri.TryCreate(GitFacts.Repository(address).Url, UriKind.Absolute, out var page) && page.AbsolutePath.Trim('/') is { Length: > 0 } path
            ? path : null;

    /// <summary>Why this is not the provenance of an image from this repository and commit; null where it is, as far as both say it.</summary>
    public string? ProblemWith(string? repository, string? commit) =>
        repository is not null && Repository is not null && !repository.Equals(Repository, StringComparison.OrdinalIgnoreCase)
            ? $"was built from {Repository}, not from {repository}"
        : commit is not null && Commit is not null && commit != Commit ? $"was built from commit {Commit}, and the image says {commit}"
        : null;

    /// <summary>Why none of an image's provenances is of this repository and commit; null where one is. Several publishes may have attested, and one has to be of this source.</summary>
    /// <param name="predicates">The predicates.</param>
    /// <param name="repository">The repository; null where any may be it.</param>
    /// <param name="commit">The commit; null where any may be it.</param>
    public static string? ProblemOfAll(IEnumerable<JsonElement> predicates, string? repository, string? commit)
    {
        var problems = predicates.Select(x => Of(x).ProblemWith(repository, commit)).ToList();
        return problems.Contains(null) ? null : problems.FirstOrDefault();
    }
}
