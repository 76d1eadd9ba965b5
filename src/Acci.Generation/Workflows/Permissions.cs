namespace Acci.Generation.Workflows;

/// <summary>
/// What a job's token may do; whatever is not named here it may not. Source: GitHub's documentation, "Workflow syntax", <c>permissions</c>.
/// A job's own are those of its steps together: see <see cref="Step.Permissions"/>.
/// </summary>
public sealed record Permissions
{
    /// <summary>A token that may do nothing.</summary>
    public static Permissions None { get; } = new();

    /// <summary>Runs of workflows and their artifacts.</summary>
    public Access Actions { get; init; }

    /// <summary>Artifact attestations.</summary>
    public Access Attestations { get; init; }

    /// <summary>Check runs.</summary>
    public Access Checks { get; init; }

    /// <summary>The repository's files, and its releases.</summary>
    public Access Contents { get; init; }

    /// <summary>Identity tokens (OIDC), by which the workflow proves to others which workflow it is.</summary>
    public Access IdToken { get; init; }

    /// <summary>Issues.</summary>
    public Access Issues { get; init; }

    /// <summary>Packages, container images among them.</summary>
    public Access Packages { get; init; }

    /// <summary>Pull requests.</summary>
    public Access PullRequests { get; init; }

    /// <summary>Code scanning.</summary>
    public Access SecurityEvents { get; init; }

    /// <summary>Every permission that is given, by its name in a workflow, in alphabetical order.</summary>
    public IEnumerable<KeyValuePair<string, Access>> Given => new KeyValuePair<string, Access>[]
    {
        new("actions", Actions), new("attestations", Attestations), new("checks", Checks), new("contents", Contents), new("id-token", IdToken),
        new("issues", Issues), new("packages", Packages), new("pull-requests", PullRequests), new("security-events", SecurityEvents),
    }.Where(x => x.Value != Access.None);

    /// <summary>What either of the two gives.</summary>
    public static Permissions operator |(Permissions left, Permissions right) => new()
    {
        Actions = Larger(left.Actions, right.Actions),
        Attestations = Larger(left.Attestations, right.Attestations),
        Checks = Larger(left.Checks, right.Checks),
        Contents = Larger(left.Contents, right.Contents),
        IdToken = Larger(left.IdToken, right.IdToken),
        Issues = Larger(left.Issues, right.Issues),
        Packages = Larger(left.Packages, right.Packages),
        PullRequests = Larger(left.PullRequests, right.PullRequests),
        SecurityEvents = Larger(left.SecurityEvents, right.SecurityEvents),
    };

    private static Access Larger(Access left, Access right) => left > right ? left : right;
}
