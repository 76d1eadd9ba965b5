namespace Acci.Delivery.Checking;

/// <summary>Something that BuildKit's checks say of a Dockerfile.</summary>
/// <param name="Rule">The rule, by its name in Docker's documentation, "Build checks": <c>JSONArgsRecommended</c>.</param>
/// <param name="File">The Dockerfile, relative to the repository's root, with forward slashes.</param>
/// <param name="Detail">What it is about.</param>
public sealed record DockerfileFinding(string Rule, string File, string Detail)
{
    /// <summary>What the rule says in general.</summary>
    public string Description { get; init; } = "";

    /// <summary>The rule's page.</summary>
    public Uri? Page { get; init; }

    /// <summary>The first line it is about, from 1; 0 for the file as a whole.</summary>
    public int StartLine { get; init; }

    /// <summary>The last line it is about.</summary>
    public int EndLine { get; init; }

    /// <summary>The Dockerfile cannot be built at all.</summary>
    public bool IsError { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{File}{(StartLine > 0 ? $":{StartLine}" : "")}: {Detail} ({Rule}{(Page is null ? "" : $", {Page}")})";
}
