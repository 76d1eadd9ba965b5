using Acci.Delivery.Processes;

namespace Acci.Delivery.Signing;

/// <summary>Who must have signed a build's images.</summary>
public static class ExpectedSignerOfBuild
{
    /// <summary>
    /// The expected signer: the one that --signed-by names; else the workflow in the record of the publish, if it belongs to this repository or is
    /// running now; else the key that signs here; with --keyless, any workflow of this repository, because one workflow publishes and another one
    /// promotes. A workflow must have run in this repository, or in the one that --signed-by-repository names.
    /// </summary>
    /// <param name="context">The build.</param>
    /// <param name="recorded">Whom the record of the publish names.</param>
    /// <exception cref="DeliveryException">It is not known whose workflows may have signed.</exception>
    public static async Task<ExpectedSigner> ExpectedSignerAsync(this DeliveryContext context, RecordedSigner? recorded = null)
    {
        var options = context.Options;
        if (options.SignedBy is { } named)
        {
            var signer = await ExpectedSigner.ParseAsync(named, async () => (await context.SourceAsync(ServerOf(named))).Source);
            if (signer is ExpectedSigner.PublicKey) context.EnsureNoSourceIsNamed();
            return signer;
        }

        if (recorded is { IsWorkflow: true }) return await context.RecordedWorkflowAsync(recorded);
        if (!options.Keyless) return await context.OwnKeyAsync(recorded);
        var (server, source) = await context.SourceAsync();
        return ExpectedSigner.AnyWorkflowOf(server, source);
    }

    /// <summary>Whether the parameters say anything of who must have signed.</summary>
    public static bool NamesSigner(this DeliveryOptions options) => options.NamesSignerOfLastPublish() || options.SigningKey is not null;

    /// <summary>The same of what the last publish made: a key to sign with says nothing of that, whose record names the key.</summary>
    public static bool NamesSignerOfLastPublish(this DeliveryOptions options) =>
        options is { SignedBy: not null } or { SignedByRepository: not null } or { SignedByIssuer: not null } or { Keyless: true };

    /// <summary>Fails where <see cref="ExpectedSignerAsync"/> would, as far as that is known without starting cosign.</summary>
    /// <param name="context">The build.</param>
    /// <param name="recorded">Whom the record of the publish names.</param>
    /// <exception cref="DeliveryException">It is not known who must have signed, or the parameters contradict each other.</exception>
    public static async Task EnsureSignerIsKnownAsync(this DeliveryContext context, RecordedSigner? recorded = null)
    {
        if (context.Options is { SignedBy: not null } or { Keyless: true } || recorded is { IsWorkflow: true }) await context.ExpectedSignerAsync(recorded);
        else context.EnsureNoSourceIsNamed();
    }

    /// <summary>Makes sure that this machine has a signing key. A new one would have signed nothing.</summary>
    /// <exception cref="DeliveryException">It has no key.</exception>
    internal static void EnsureOwnKeyIsThere(this DeliveryContext context)
    {
        var choice = SigningChoice.Of(context);
        if (choice.Named is not null || LocalKeyPair.IsIn(choice.KeyDirectory)) return;
        throw new DeliveryException(
            $"Who must have signed is not known: there is no signing key in {choice.KeyDirectory}. Name the signer with --signed-by, as in "
            + "--signed-by cosign.pub, or the key with --signing-key.");
    }

    /// <summary>
    /// Who must have signed what an earlier build published: as <see cref="ExpectedSignerAsync"/>, but nothing is made to sign with, and no file is
    /// written. Without --signed-by it is the owner of the key whose public half lies among the artifacts of that publish.
    /// </summary>
    /// <param name="context">The build.</param>
    /// <param name="recorded">Whom the record of the publish names.</param>
    /// <exception cref="DeliveryException">The public key is missing, or not the one that the record or --signing-key names.</exception>
    public static async Task<ExpectedSigner> PublishersSignerAsync(this DeliveryContext context, RecordedSigner? recorded)
    {
        var options = context.Options;
        if (options.SignedBy is not null || options.Keyless || recorded is { IsWorkflow: true }) return await context.ExpectedSignerAsync(recorded);
        var file = new ImageFiles(options).PublicKey;
        if (!InputFile.Exists(file))
        {
            throw new DeliveryException(
                $"{file} is not there, and without the public key nobody can verify what was signed with its other half: "
                + "bring back the artifacts of that publish, or name the signer with --signed-by.");
        }

        if (recorded is null && options.SigningKey is null)
            throw new DeliveryException("The record names no signer: what was built last is not signed. Run SignImages or Publish, or name the signer with --signed-by.");
        context.EnsureNoSourceIsNamed();
        var signer = new ExpectedSigner.PublicKey(file);
        var (place, must) = options.SigningKey is null ? ("the record", recorded!.Name)
            : ("--signing-key", (await (await context.CosignAsync()).ReadSignerAsync(context.CancellationToken)).Name);
        return signer.ReadName() is var name && name == must
            ? signer
            : throw new DeliveryException(
                $"{file} is not the public key of who signed: it is {name}, and {place} says {must}. "
                + "Bring back the artifacts of that publish, or name the signer with --signed-by.");
    }

    // cosign.pub belongs to what was published: it is written where this key signed that, and the key that signs here may be another one.
    private static async Task<ExpectedSigner> OwnKeyAsync(this DeliveryContext context, RecordedSigner? recorded)
    {
        var files = new ImageFiles(context.Options);
        context.EnsureNoSourceIsNamed();
        var published = new ExpectedSigner.PublicKey(files.PublicKey);
        context.EnsureOwnKeyIsThere();
        var cosign = await context.CosignAsync();
        var name = (await cosign.ReadSignerAsync(context.CancellationToken)).Name;
        if (InputFile.Exists(published.File) && published.ReadName() == name) return published;
        var own = recorded?.Name == name ? published : new ExpectedSigner.PublicKey(files.PublicKeyOf(name));
        await cosign.WritePublicKeyAsync(own.File, context.CancellationToken);
        return own;
    }

    // The record narrows who may have signed, and never widens it. A workflow that this repository calls from another one is known while it signs.
    private static async Task<ExpectedSigner> RecordedWorkflowAsync(this DeliveryContext context, RecordedSigner recorded)
    {
        var options = context.Options;
        var signsHere = recorded.Source is { } said && await context.SignsHereAsync(new ExpectedSigner.Workflow(recorded.Name, said));
        if (signsHere && options is { SignedByRepository: null, SignedByIssuer: null }) return new ExpectedSigner.Workflow(recorded.Name, recorded.Source!);
        var (server, source) = await context.SourceAsync();
        var workflows = $"{server}/{source.Repository}/.github/workflows/";
        var isOwn = recorded.Name.StartsWith(workflows, StringComparison.OrdinalIgnoreCase);
        var problem = !isOwn && !signsHere ? $"which is no workflow of {server}/{source.Repository}"
            : !signsHere && (recorded.Source?.IsOfPullRequest is true || recorded.Name.Contains("@refs/pull/", StringComparison.Ordinal)) ? "in a pull request, which nobody has accepted yet"
            : recorded.Source is { } other && !other.IsOf(source.Repository) ? $"run by {other.Repository}, and not by {source.Repository}"
            : recorded.Source is { Issuer: var issuer } && !IsIssuer(issuer) ? $"with a token of {issuer}, and not of {source.Issuer}"
            : null;
        if (problem is null) return new ExpectedSigner.Workflow(recorded.Name, recorded.Source ?? source);
        // Such a workflow's name does not say that it ran for a pull request, so nobody can name it for one.
        if (recorded.Source is { IsOfPullRequest: true, Ref: var pull } && !recorded.Name.EndsWith($"@{pull}", StringComparison.Ordinal))
        {
            throw new DeliveryException(
                $"The record of the publish says that {recorded.Name} signed, {problem}. It was called for {pull}, and no --signed-by takes what a "
                + "reusable workflow signs for a pull request: publish what was merged. Until then only the job that published verifies it: "
                + "run Publish and VerifyImages in one.");
        }

        var remedy = recorded.Source is { } from
            ? new Command("--signed-by", recorded.Name, "--signed-by-repository", from.Repository, "--signed-by-issuer", from.Issuer)
            : new Command("--signed-by", recorded.Name);
        throw new DeliveryException(
            $"The record of the publish says that {recorded.Name} signed, {problem}. If it may sign this repository's images, say so: {remedy}");

        // An enterprise may have an issuer of its own below GitHub's; one that is named is meant.
        bool IsIssuer(string issuer) =>
            issuer == source.Issuer || (options.SignedByIssuer is null && issuer.StartsWith($"{source.Issuer}/", StringComparison.Ordinal));
    }

    // Where a workflow must have run: in this repository, also when the workflow is another's, because that one signs as itself for all its callers.
    internal static async Task<(string Server, WorkflowSource Source)> SourceAsync(this DeliveryContext context, string? ofSigner = null)
    {
        var options = context.Options;
        var own = await context.OwnRepositoryAsync();
        var (address, repository) = options.SignedByRepository is { } text
            ? WorkflowSource.TryParseRepository(text) ?? throw new WrongUseException(
                $"--signed-by-repository cannot be '{text}': write owner/name, or the address of the repository's page.")
            : own ?? throw new DeliveryException(
                "Whose workflows may have signed is not known: git's remote 'origin' does not lead to a repository on GitHub. "
                + "Name the repository that the workflow ran in with --signed-by-repository owner/name.");
        // A remote may be a mirror, or name the server as this machine's ssh configuration calls it.
        var server = ofSigner ?? address ?? own?.Server ?? context.Environment.Find("GITHUB_SERVER_URL") ?? "https://github.com";
        var issuer = options.SignedByIssuer is { } named ? WrongUseException.Read("--signed-by-issuer", () => WorkflowSource.ParseIssuer(named))
            : (ofSigner is null || ofSigner == own?.Server) && await context.FindOwnWorkflowAsync() is { Source.Issuer: var running } ? running
            : WorkflowSource.IssuerOf(server);
        return (server, new WorkflowSource(repository, issuer));
    }

    private static string? ServerOf(string signer) =>
        signer.StartsWith("https://", StringComparison.Ordinal) && Uri.TryCreate(signer, UriKind.Absolute, out var address) ? address.GetLeftPart(UriPartial.Authority) : null;

    // The repository that the workflow runs for, or git's remote.
    private static async Task<(string? Server, string Repository)?> OwnRepositoryAsync(this DeliveryContext context) =>
        WorkflowSource.TryParseRepository((await context.FactsAsync()).Repository.Url);

    // For images that a key signed. A user who names a repository expects a workflow, so the advice is not to leave the repository out.
    private static void EnsureNoSourceIsNamed(this DeliveryContext context)
    {
        if (context.Options is { SignedByRepository: null, SignedByIssuer: null }) return;
        throw new WrongUseException("--signed-by-repository and --signed-by-issuer are for images that a workflow signed, " + (context.Options.SignedBy is null
            ? "and without --signed-by or --keyless these must be signed with a key: name the workflow with --signed-by, or use --keyless for any workflow of that repository."
            : "and --signed-by names a key: leave them out, or name the workflow with --signed-by."));
    }
}
