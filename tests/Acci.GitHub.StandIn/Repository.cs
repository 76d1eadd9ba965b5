namespace Acci.GitHub.StandIn;

/// <summary>A repository.</summary>
public sealed class Repository(string fullName)
{
    public string FullName => fullName;

    public string Owner => fullName.Split('/')[0];

    public string Name => fullName.Split('/')[1];

    public string DefaultBranch { get; set; } = "main";

    public bool IsFork { get; set; }

    /// <summary>Branches and tags with their commits: <c>refs/tags/v1.2.3</c>.</summary>
    public Dictionary<string, string> Refs { get; } = [];

    public List<Release> Releases { get; } = [];

    public List<SarifUpload> SarifUploads { get; } = [];

    /// <summary>How often an upload is asked about before it has been processed.</summary>
    public int PendingAnswers { get; set; }

    /// <summary>What the next upload is found wrong.</summary>
    public IReadOnlyList<string> ProcessingErrors { get; set; } = [];

    /// <summary>The commit that a branch, a tag, or a commit's own name stands for.</summary>
    internal string? Resolve(string name) =>
        new[] { name, $"refs/{name}", $"refs/heads/{name}", $"refs/tags/{name}" }.Select(x => Refs.GetValueOrDefault(x)).FirstOrDefault(x => x is not null)
        ?? Refs.Values.FirstOrDefault(x => x == name);
}
