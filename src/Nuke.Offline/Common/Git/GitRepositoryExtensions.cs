namespace Nuke.Common.Git;

/// <summary>The usual branches.</summary>
public static class GitRepositoryExtensions
{
    /// <summary>Whether <c>main</c> is checked out.</summary>
    public static bool IsOnMainBranch(this GitRepository repository) => IsOn(repository, "main");

    /// <summary>Whether <c>master</c> is checked out.</summary>
    public static bool IsOnMasterBranch(this GitRepository repository) => IsOn(repository, "master");

    /// <summary>Whether <c>main</c> or <c>master</c> is checked out.</summary>
    public static bool IsOnMainOrMasterBranch(this GitRepository repository) => repository.IsOnMainBranch() || repository.IsOnMasterBranch();

    /// <summary>Whether <c>dev</c>, <c>develop</c> or <c>development</c> is checked out.</summary>
    public static bool IsOnDevelopBranch(this GitRepository repository) => IsOn(repository, "dev", "develop", "development");

    /// <summary>Whether a branch <c>feature/…</c> is checked out.</summary>
    public static bool IsOnFeatureBranch(this GitRepository repository) => IsBelow(repository, "feature", "features");

    /// <summary>Whether a branch <c>release/…</c> is checked out.</summary>
    public static bool IsOnReleaseBranch(this GitRepository repository) => IsBelow(repository, "release", "releases");

    /// <summary>Whether a branch <c>hotfix/…</c> is checked out.</summary>
    public static bool IsOnHotfixBranch(this GitRepository repository) => IsBelow(repository, "hotfix", "hotfixes");

    private static bool IsOn(GitRepository repository, params string[] branches) =>
        branches.Contains(repository.Branch, StringComparer.OrdinalIgnoreCase);

    private static bool IsBelow(GitRepository repository, params string[] directories) =>
        directories.Any(x => repository.Branch?.StartsWith($"{x}/", StringComparison.OrdinalIgnoreCase) ?? false);
}
