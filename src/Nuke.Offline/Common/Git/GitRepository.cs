using Nuke.Common.CI;
using Nuke.Common.IO;
using Nuke.Common.Utilities;

namespace Nuke.Common.Git;

/// <summary>A git repository: where it comes from and what is checked out. It is read from git's files, without running git.</summary>
public class GitRepository
{
    /// <summary>Takes everything that is known of a repository.</summary>
    public GitRepository(
        GitProtocol? protocol,
        string endpoint,
        string identifier,
        string branch,
        AbsolutePath localDirectory,
        string head,
        string commit,
        IReadOnlyCollection<string> tags,
        string remoteName,
        string remoteBranch)
    {
        Protocol = protocol;
        Endpoint = endpoint;
        Identifier = identifier;
        Branch = branch;
        LocalDirectory = localDirectory;
        Head = head;
        Commit = commit;
        Tags = tags;
        RemoteName = remoteName;
        RemoteBranch = remoteBranch;
    }

    /// <summary>How the remote is spoken to; null if there is none.</summary>
    public GitProtocol? Protocol { get; }

    /// <summary>The remote's server.</summary>
    public string Endpoint { get; }

    /// <summary>The repository on the server: <c>owner/name</c>.</summary>
    public string Identifier { get; }

    /// <summary>The branch that is checked out; null if none is.</summary>
    public string Branch { get; }

    /// <summary>The directory with <c>.git</c>; null if the repository is not on this machine.</summary>
    public AbsolutePath LocalDirectory { get; }

    /// <summary>What is checked out: a reference, or a commit.</summary>
    public string Head { get; }

    /// <summary>The commit that is checked out.</summary>
    public string Commit { get; }

    /// <summary>The tags of that commit.</summary>
    public IReadOnlyCollection<string> Tags { get; }

    /// <summary>The remote, such as <c>origin</c>.</summary>
    public string RemoteName { get; }

    /// <summary>The remote's branch that the one checked out follows.</summary>
    public string RemoteBranch { get; }

    /// <summary>The remote's address for HTTPS.</summary>
    public string HttpsUrl => Endpoint is null ? null : $"https://{Endpoint}/{Identifier}.git";

    /// <summary>The remote's address for SSH.</summary>
    public string SshUrl => Endpoint is null ? null : $"git@{Endpoint}:{Identifier}.git";

    /// <summary>The repository that a directory is in.</summary>
    public static GitRepository FromLocalDirectory(AbsolutePath directory)
    {
        var root = directory.FindParentOrSelf(x => (x / ".git").DirectoryExists() || (x / ".git").FileExists());
        Check.That(root is not null, $"{directory} is in no git repository");

        var files = new GitFiles(root);
        var head = files.Head;
        var server = NukeBuild.Host as IBuildServer;
        var branch = (server?.Branch ?? (head.StartsWith("refs/heads/", StringComparison.Ordinal) ? head : null))?.TrimStart("refs/heads/");
        var commit = files.Resolve(head) ?? server?.Commit;
        var (remoteName, remoteBranch) = files.RemoteOf(branch);
        var url = files.UrlOf(remoteName);
        var (protocol, endpoint, identifier) = url is null ? (null, null, null) : Parse(url);
        return new GitRepository(protocol, endpoint, identifier, branch, root, head, commit, files.TagsOf(commit), remoteName, remoteBranch);
    }

    /// <summary>The repository at an address.</summary>
    public static GitRepository FromUrl(string url, string branch = null)
    {
        var (protocol, endpoint, identifier) = Parse(url);
        Check.That(endpoint is not null, $"'{url}' is no address of a git repository");
        return new GitRepository(protocol, endpoint, identifier, branch, null, null, null, [], null, null);
    }

    /// <summary>The same repository with another branch.</summary>
    public GitRepository SetBranch(string branch) =>
        new(Protocol, Endpoint, Identifier, branch, LocalDirectory, Head, Commit, Tags, RemoteName, RemoteBranch);

    /// <inheritdoc/>
    public override string ToString() => HttpsUrl?.TrimEnd(".git") ?? LocalDirectory?.ToString();

    /// <summary>
    /// Takes <c>https://user@host/owner/name.git</c>, <c>ssh://git@host:22/owner/name</c> and <c>git@host:owner/name.git</c> apart.
    /// </summary>
    private static (GitProtocol? Protocol, string Endpoint, string Identifier) Parse(string url)
    {
        url = url.Trim();
        if (Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" or "ssh" or "git")
            return (
                uri.Scheme == "ssh" ? GitProtocol.Ssh : GitProtocol.Https,
                uri.IsDefaultPort || uri.Port < 0 ? uri.Host : uri.Authority.Split('@')[^1],
                Identifier(uri.AbsolutePath));
        var colon = url.IndexOf(':', StringComparison.Ordinal);
        var isScp = colon > 1 && !url[..colon].Contains('/', StringComparison.Ordinal) && !url.Contains("://", StringComparison.Ordinal);
        return isScp ? (GitProtocol.Ssh, url[..colon].Split('@')[^1], Identifier(url[(colon + 1)..])) : (null, null, null);

        static string Identifier(string path) => path.Trim('/').TrimEnd(".git");
    }
}
