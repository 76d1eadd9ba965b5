namespace Acci.Delivery.Versioning;

/// <summary>Files of the working tree that are not the commit's, for people: which, and what helps.</summary>
/// <param name="Shown">Those that <c>git status</c> shows.</param>
/// <param name="Hidden">Those that it does not show here: another clone would have them otherwise.</param>
internal sealed record TreeChanges(IReadOnlyList<string> Shown, IReadOnlyList<string> Hidden)
{
    private const int MostNamed = 5;
    // Two letters for the kind, and a space. Source: git-status(1), Short Format.
    private const int KindLength = 3;

    // Why `git status` shows nothing at all, as without the program of a filter.
    private string? Failure { get; init; }

    /// <summary>Tells those of a version that <c>git status</c> shows from the others.</summary>
    public static async Task<TreeChanges> ReadAsync(string root, VersionInfo version, CancellationToken cancellationToken)
    {
        try
        {
            var status = await new Git(root).ListAsync(cancellationToken, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=none");
            var shown = status.Select(FileOf).ToHashSet();
            return new TreeChanges([.. version.Changes.Where(x => shown.Contains(FileOf(x)))], [.. version.Changes.Where(x => !shown.Contains(FileOf(x)))]);
        }
        catch (DeliveryException exception)
        {
            return new TreeChanges([], version.Changes) { Failure = exception.Message };
        }
    }

    /// <summary>What can be done, a sentence for each kind.</summary>
    public string Remedy => string.Join(' ',
    [
        .. Shown.Count > 0 ? ["Commit or stash the changes (git status)."] : Array.Empty<string>(),
        .. Failure is { } failure ? [failure] : Array.Empty<string>(),
        .. Sentence("??", files => $"`git status` does not show what no committed .gitignore ignores, or what is committed in other upper and lower case: {files}. "
            + "Add it to a committed .gitignore, rename it, or delete it."),
        .. Sentence(" D", files => $"`git status` does not show what is missing: {files}. Run `git sparse-checkout disable` and `git checkout -- FILE`."),
        .. Sentence(" M", files => $"`git status` does not show files with other bytes than a new clone's, such as other line endings: {files}. "
            + "Remove attributes that are not committed (.git/info/attributes, core.attributesFile), and run `rm FILE && git checkout -- FILE`."),
        .. Sentence(" m", files => $"`git status` does not show what a submodule has besides its commit: {files}. "
            + "Run `git status --ignored` in it, or build in a new clone (git clone --recurse-submodules)."),
        .. Sentence(" T", files => $"`git status` does not show files of another type, such as links: {files}. Run `git config core.symlinks true` and `rm FILE && git checkout -- FILE`."),
    ]);

    /// <inheritdoc/>
    public override string ToString() => Few([.. Shown.Concat(Hidden).Select(x => x.Trim())]);

    private IEnumerable<string> Sentence(string kind, Func<string, string> sentence) =>
        Hidden.Where(x => x.StartsWith(kind, StringComparison.Ordinal)).Select(FileOf).ToList() is { Count: > 0 } files ? [sentence(Few(files))] : [];

    private static string Few(List<string> all) => $"{string.Join(", ", all.Take(MostNamed))}{(all.Count > MostNamed ? " …" : "")}";

    private static string FileOf(string change) => change[KindLength..];
}
