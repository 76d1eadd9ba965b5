using System.Diagnostics.CodeAnalysis;

namespace Acci.Oci;

/// <summary>
/// The name of an image: <c>[domain/]path[:tag][@digest]</c>. It is taken as written; <see cref="Normalize"/> is what makes <c>postgres</c> Docker Hub's.
/// Source: the distribution project's grammar, distribution/reference, reference.go and normalize.go.
/// </summary>
public sealed record ImageReference
{
    private const string DockerHub = "docker.io";
    private const string DockerHubBeforeItsRenaming = "index.docker.io";
    private const string DockerHubServer = "registry-1.docker.io";
    private const string OfficialImages = "library/";

    internal ImageReference(string? domain, string path, string? tag, Digest? digest) => (Domain, Path, Tag, Digest) = (domain, path, tag, digest);

    /// <summary>The registry as written (<c>ghcr.io</c>, <c>127.0.0.1:5000</c>); none in <c>postgres:15</c>.</summary>
    public string? Domain { get; }

    /// <summary>The repository's path within the registry: <c>owner/acci</c>.</summary>
    public string Path { get; }

    /// <summary>The tag; none means that no tag was written, not <c>latest</c>.</summary>
    /// <exception cref="InvalidReferenceException">It breaks the grammar.</exception>
    public string? Tag
    {
        get;
        init => field = value is null || ReferenceGrammar.ProblemOfTag(value) is not { } problem
            ? value
            : throw new InvalidReferenceException($"{Repository}:{value}", ReferenceError.Format, problem);
    }

    /// <summary>The digest; with one, the tag is only a remark.</summary>
    public Digest? Digest { get; init; }

    /// <summary>Domain and path, without tag and digest.</summary>
    public string Repository => Domain is null ? Path : $"{Domain}/{Path}";

    /// <summary>The host, and the port where one is written, at which a client finds the registry: for Docker Hub <c>registry-1.docker.io</c>.</summary>
    public string Registry => Normalize().Domain switch
    {
        DockerHub => DockerHubServer,
        var domain => domain!,
    };

    /// <summary>Reads a reference.</summary>
    /// <exception cref="InvalidReferenceException">The text breaks the grammar; the message says how.</exception>
    public static ImageReference Parse(string text) =>
        ReferenceGrammar.Read(text, out var reference) is { } problem ? throw new InvalidReferenceException(text, problem.Error, problem.Text) : reference!;

    /// <summary>Reads a reference, or says in <paramref name="problem"/> why the text is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? problem)
    {
        problem = ReferenceGrammar.Read(text, out reference)?.Text;
        return problem is null;
    }

    /// <summary>
    /// The same with the domain and path that Docker takes a short name for: <c>postgres:15</c> is <c>docker.io/library/postgres:15</c>, <c>owner/app</c> is
    /// <c>docker.io/owner/app</c>. The first part is a domain when it has a dot, a colon or an upper-case letter, or is <c>localhost</c>.
    /// </summary>
    /// <exception cref="InvalidReferenceException">
    /// The full name is too long, the short one is an image's identifier, or its first part can be neither a registry nor the path of one.
    /// </exception>
    public ImageReference Normalize()
    {
        var domain = Domain switch
        {
            null or DockerHubBeforeItsRenaming => DockerHub,
            "localhost" => Domain,
            _ when Domain.AsSpan().ContainsAny('.', ':') || Domain.Any(char.IsAsciiLetterUpper) => Domain,
            _ => DockerHub,
        };
        var path = domain == Domain || Domain is null or DockerHubBeforeItsRenaming ? Path : Repository;
        if (domain == DockerHub && !path.Contains('/', StringComparison.Ordinal)) path = OfficialImages + path;
        var problem = (ToString() == Path ? ReferenceGrammar.ProblemOfBareName(Path) : null)
            ?? (Domain is null ? ReferenceGrammar.ProblemOfFirstPart(Path) : null) ?? ReferenceGrammar.ProblemOfLength(path);
        return problem is { } found ? throw new InvalidReferenceException(ToString(), found.Error, found.Text)
            : domain == Domain && path == Path ? this
            : new ImageReference(domain, path, Tag, Digest);
    }

    /// <summary>
    /// The name under which BuildKit looks for what stands for an image, whichever way a Dockerfile writes it: the familiar one, the reverse of
    /// <see cref="Normalize"/>, without <c>:latest</c>. <c>docker.io/library/postgres:latest</c> is <c>postgres</c>.
    /// Source: distribution/reference, normalize.go, familiarizeName; BuildKit, frontend/dockerui/namedcontext.go.
    /// </summary>
    /// <exception cref="InvalidReferenceException">As <see cref="Normalize"/> has it.</exception>
    public string ToContextName()
    {
        var full = Normalize();
        var official = full.Path.StartsWith(OfficialImages, StringComparison.Ordinal) && full.Path.LastIndexOf('/') < OfficialImages.Length;
        var name = full.Domain != DockerHub ? full.Repository : official ? full.Path[OfficialImages.Length..] : full.Path;
        return (full.Tag, full.Digest) switch
        {
            (null or "latest", null) => name,
            var (tag, digest) => name + (tag is null ? "" : $":{tag}") + (digest is null ? "" : $"@{digest}"),
        };
    }

    /// <summary>The same repository at this tag, and no digest.</summary>
    /// <exception cref="InvalidReferenceException">The tag breaks the grammar.</exception>
    public ImageReference WithTag(string tag) => this with { Tag = tag, Digest = null };

    /// <summary>The same repository at this digest, and no tag.</summary>
    public ImageReference WithDigest(Digest digest) => this with { Tag = null, Digest = digest };

    /// <inheritdoc/>
    public override string ToString() => Repository + (Tag is null ? "" : $":{Tag}") + (Digest is null ? "" : $"@{Digest}");
}
