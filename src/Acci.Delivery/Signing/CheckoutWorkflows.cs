using System.Text.RegularExpressions;
using Acci.Delivery.Images.Tags;
using Acci.Delivery.Versioning;

namespace Acci.Delivery.Signing;

/// <summary>
/// The workflows of a checkout, and which of them sign for their own repository alone. One that other repositories can call (<c>on: workflow_call</c>) has the same
/// identity in the certificates of all of them.
/// Source: GitHub's documentation, "Reusing workflow configurations"; "OpenID Connect reference", claim <c>job_workflow_ref</c>.
/// </summary>
/// <param name="root">The root of the checkout.</param>
/// <param name="own">The server and the repository that it is a checkout of; null where git does not tell.</param>
internal sealed class CheckoutWorkflows(string root, (string? Server, string Repository)? own)
{
    private const string Folder = ".github/workflows";
    private const int Largest = 1024 * 1024;

    private IEnumerable<string> Files => Directory.Exists(Path.Combine(root, Folder))
        ? Directory.EnumerateFiles(Path.Combine(root, Folder)).Select(x => Path.GetFileName(x)).Where(x => x.EndsWith(".yml", Ordinal) || x.EndsWith(".yaml", Ordinal))
        : [];

    private static StringComparison Ordinal => StringComparison.Ordinal;

    /// <summary>
    /// Those of a folder. Git's remote alone tells of which repository: a job may check out another one than it runs for.
    /// </summary>
    public static async Task<CheckoutWorkflows> ReadAsync(string root, CancellationToken cancellationToken) =>
        new(root, WorkflowSource.TryParseRepository(GitFacts.Repository(await new Git(root).OriginAsync(cancellationToken)).Url));

    /// <summary>The files of those that no other repository can call.</summary>
    /// <param name="server">The server whose workflows may sign.</param>
    /// <param name="source">The repository whose workflows may sign.</param>
    /// <exception cref="DeliveryException">
    /// That is not the repository of this checkout, one of its workflows cannot be read, or all of them can be called.
    /// </exception>
    public IReadOnlyList<string> OfThisRepositoryAlone(string server, WorkflowSource source)
    {
        if (OwnServer(source) != server) throw Unknown($"{server}/{source.Repository}");
        var callable = Files.Where(IsCallable).SelectMany(IdentitySpelling.OfPart).ToHashSet();
        var files = Files.Where(x => !IdentitySpelling.OfPart(x).Any(callable.Contains)).Order(StringComparer.Ordinal).ToList();
        return files.Count > 0 ? files
            : throw new DeliveryException($"{Folder} has no workflow that no other repository can call, so a cluster could not tell for whom one signed. {Remedy}");
    }

    /// <summary>Which of these files call workflows of other repositories. What such a workflow signs has its own name in the certificate, and not the caller's.</summary>
    public IEnumerable<(string File, string Called)> CallsOf(IEnumerable<string> files) =>
        from file in files
        from called in WorkflowYaml.CallsOf($"{Folder}/{file}", Read(file))
        select ($"{Folder}/{file}", called);

    /// <summary>Makes sure that every workflow of this identity is one of the checkout that no other repository can call.</summary>
    /// <exception cref="DeliveryException">One is not, or it cannot be told.</exception>
    public void EnsureSignsForThisRepositoryAlone(ExpectedSigner.Workflow signer)
    {
        var server = OwnServer(signer.Source);
        if (IdentityIn(server, signer).Match(signer.Identity) is not { Success: true } match)
        {
            throw new DeliveryException(
                $"{signer.Identity} may sign for other repositories than {signer.Source.Repository} on {server}, as a reusable workflow does. "
                + Remedy);
        }

        foreach (var file in match.Groups["file"].Captures.Select(x => x.Value.Replace("\\", "", Ordinal)))
        {
            if (signer.FindPullRequest($"{server}/{signer.Source.Repository}/{Folder}/{file}") is { } pullRequest)
            {
                throw new DeliveryException(
                    $"{signer.Identity} also accepts what {file} signs in a pull request ({pullRequest}), and a cluster does not tell that apart. "
                    + @"End the expression with @refs/(heads|tags)/.+$, or name the branches and tags that are meant.");
            }

            // It may be typed as certificates have it, and they spell several files alike.
            var meant = Files.Where(x => IdentitySpelling.OfPart(x).Intersect(IdentitySpelling.OfPart(file)).Any()).ToList();
            if (meant.Count == 0)
            {
                throw new DeliveryException(
                    $"{Folder}/{file} is not in this checkout, so it is not known whether other repositories can call it. {Remedy}");
            }

            if (meant.Find(IsCallable) is { } callable)
            {
                throw new DeliveryException(
                    $"{Folder}/{callable} can be called by other repositories (on: workflow_call), and signs under its own name for each of them. "
                    + Remedy);
            }
        }
    }

    // A file of the same name in another repository says something else.
    private string OwnServer(WorkflowSource source) =>
        own is { Server: { } server, Repository: var repository } && source.IsOf(repository) ? server : throw Unknown(source.Repository);

    private DeliveryException Unknown(string repository) => new(
        $"Whether others can call the workflows of {repository} is not known: "
        + (own is { Server: { } server, Repository: var name } ? $"this is a checkout of {server}/{name}. "
            : "git's remote 'origin' does not lead to a repository on GitHub. ")
        + $"Run WriteAdmissionPolicy in a checkout of {repository}, without --signed-by-repository, or sign with a key.");

    // An expression has to spell out the repository and the files; what it says of branches and tags is not looked at. A branch or tag that is
    // spelled out has no character of a pattern, because git allows none: whoever typed one meant more than that branch.
    private static Regex IdentityIn(string server, ExpectedSigner.Workflow signer)
    {
        var (address, repository) = (Regex.Escape(server), Regex.Escape(signer.Source.Repository));
        const string file = @"(?<file>(?:[\w%-]|\\[.-])+)";
        return new Regex(
            signer.Identity.StartsWith('^')
                ? $@"\A\^(?<i>\(\?i:)?{Spelled(address)}/{Regex.Escape(repository)}(?(i)\))/\\?\.github/workflows/"
                    + $@"(?:{file}|\((?:\?:)?{file}(?:\|{file})*\))@(?![?*+{{])"
                : $@"\A{address}/{repository}/\.github/workflows/(?<file>[^/@\\]+)@[^?*[\]\\\s]+\z",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

        // A dot that is not escaped stands for a dot, too, and the issuer tells the servers apart.
        static string Spelled(string address) => address.Replace(@"\.", @"\\?\.", Ordinal).Replace("-", @"\\?-", Ordinal);
    }

    private static string Remedy =>
        "Neither Kyverno nor policy-controller looks at the repository in a certificate. Name workflows of this checkout without workflow_call with --signed-by, as in "
        + @"--signed-by '^https://github\.com/owner/app/\.github/workflows/(publish\.yml|nightly\.yml)@refs/heads/main$', or sign with a key.";

    private bool IsCallable(string file) =>
        WorkflowYaml.IsCallable($"{Folder}/{file}", Read(file));

    private string Read(string file) => InputFile.ReadText(Path.Combine(root, Folder, file), Largest);
}
