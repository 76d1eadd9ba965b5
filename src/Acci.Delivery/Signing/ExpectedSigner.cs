using System.Text.RegularExpressions;
using Acci.Oci;

namespace Acci.Delivery.Signing;

/// <summary>
/// The signer that an image must have to be trusted. Verifying needs no private key and no identity token.
/// </summary>
public abstract partial record ExpectedSigner
{
    private const int LargestKey = 1024 * 1024;
    private const string Workflows = "/.github/workflows/";
    // A reusable workflow may be named by a commit.
    private const string AnyWorkflow = @"/\.github/workflows/[^@]+@(refs/(heads|tags)/.+|[0-9a-f]{40})";

    private ExpectedSigner()
    {
    }

    /// <summary>What cosign is told of the signer.</summary>
    private protected abstract IEnumerable<string> Arguments { get; }

    /// <summary>
    /// Whether cosign checks a constraint with this value. It ignores empty values, and a program reads an argument up to the first NUL.
    /// </summary>
    internal static bool IsChecked(string value) => !string.IsNullOrWhiteSpace(value) && !value.Contains('\0');

    private IEnumerable<string> Constraints => Arguments.All(IsChecked) ? Arguments
        : throw new InvalidOperationException($"{this} says something of the signer that cosign would not check.");

    /// <summary>The owner of the key with this public half.</summary>
    /// <param name="File">Its file.</param>
    public sealed record PublicKey(string File) : ExpectedSigner
    {
        // A signature made with a key is not written to a public log.
        private protected override IEnumerable<string> Arguments => ["--key", File, "--insecure-ignore-tlog=true"];
    }

    /// <summary>
    /// A workflow of GitHub Actions, by what its certificate says. The identity alone is not enough: a reusable workflow's identity is in the
    /// certificates of every repository that calls it.
    /// </summary>
    /// <param name="Identity">
    /// The identity, <c>https://github.com/owner/name/.github/workflows/publish.yml@refs/heads/main</c>, or with a <c>^</c> at its start a regular
    /// expression (RE2) that matches the whole of it.
    /// </param>
    /// <param name="Source">
    /// The repository that the workflow ran in, who issued its token, and the ref it ran for. Without a ref it may have run for any branch or tag, and for a pull request only
    /// if the identity names that: a reusable workflow's identity does not say for what it was called.
    /// </param>
    public sealed record Workflow(string Identity, WorkflowSource Source) : ExpectedSigner
    {
        /// <summary>A pull request's ref that it may have run for, too.</summary>
        internal string? PullRequest { get; init; }

        private bool IsExpression => Identity.StartsWith('^');

        /// <summary>
        /// The identities that are meant, as certificates spell those that GitHub takes for the same, as a regular expression (RE2).
        /// </summary>
        internal string Expression
        {
            get
            {
                if (IsExpression) return Identity;
                var (repository, workflow) = Split(Identity);
                return $"^(?i:{Regex.Escape(repository)})({string.Join('|', IdentitySpelling.Of(workflow).Select(Regex.Escape))})$";
            }
        }

        /// <summary>
        /// This signer, or any other workflow of the repository that it belongs to or that it ran in, as <see cref="AnyWorkflowOf"/>: each release is signed by a job of its own
        /// tag.
        /// </summary>
        internal Workflow OrSibling
        {
            get
            {
                var source = Source with { Ref = null };
                var own = Source.IsOfPullRequest ? Source.Ref : null;
                if (IsExpression) return new Workflow(Identity, source) { PullRequest = own };
                var (repository, workflow) = Split(Identity);
                var callers = Server is { } server ? Regex.Escape($"{server}/{Source.Repository}") : Regex.Escape(repository);
                return new Workflow($"^(?i:{Regex.Escape(repository)}|{callers})({AnyWorkflow}|{Regex.Escape(workflow)})$", source) { PullRequest = own };
            }
        }

        private protected override IEnumerable<string> Arguments =>
        [
            "--certificate-oidc-issuer", Source.Issuer, IsExpression ? "--certificate-identity-regexp" : "--certificate-identity", Identity,
            "--certificate-github-workflow-repository", Source.Repository, .. Source.Ref is { } reference ? (string[])["--certificate-github-workflow-ref", reference] : [],
        ];

        /// <summary>
        /// This signer as a certificate spells it; null where the certificate is another signer's. GitHub's names of owners and repositories do not
        /// tell case apart, and cosign does.
        /// </summary>
        internal Workflow? SpelledAs(WorkflowCertificate certificate) =>
            MayRunFor(certificate) && IsCalledAs(certificate)
                ? new Workflow(IsExpression ? Identity : certificate.Identity, certificate.Source) : null;

        /// <summary>Whether a certificate is this signer's, but for the ref it ran for: what runs in a pull request, nobody has accepted yet.</summary>
        internal bool RanInPullRequest(WorkflowCertificate certificate) =>
            certificate.Source.IsOfPullRequest && !MayRunFor(certificate) && IsCalledAs(certificate);

        /// <summary>Whether a certificate is this signer's, but for its token, which is of an enterprise's own issuer below this one.</summary>
        internal bool IsOfEnterprise(WorkflowCertificate certificate) =>
            certificate.Source.Issuer.StartsWith($"{Source.Issuer}/", StringComparison.Ordinal)
            && SpelledAs(certificate with { Source = certificate.Source with { Issuer = Source.Issuer } }) is not null;

        /// <summary>
        /// A pull request whose identity this expression takes, though it does not name pull requests: here the certificate's ref is compared as well, and elsewhere the identity
        /// alone may be. Null where none is found, and where this is no expression.
        /// </summary>
        /// <param name="workflow">The workflow's file: <c>https://github.com/owner/name/.github/workflows/publish.yml</c>.</param>
        internal string? FindPullRequest(string workflow) => !IsExpression ? null : (
            from number in (string[])["1", "7", "42", "135", "2468", "97531"]
            from kind in (string[])["merge", "head"]
            let reference = $"refs/pull/{number}/{kind}"
            where IdentityExpression.MayTakeUnnamed(Identity, $"{workflow}@{reference}")
            select reference).FirstOrDefault();

        private bool MayRunFor(WorkflowCertificate certificate) => Source.Ref is { } reference ? certificate.Source.Ref == reference
            : !certificate.Source.IsOfPullRequest || certificate.Source.Ref == PullRequest
            || (IsExpression ? IdentityExpression.Names(Identity, certificate) : EndsWithRefOf(certificate));

        private bool EndsWithRefOf(WorkflowCertificate certificate) => Identity.EndsWith($"@{certificate.Source.Ref}", StringComparison.Ordinal);

        private bool IsCalledAs(WorkflowCertificate certificate) =>
            certificate.Source.Issuer == Source.Issuer && Source.IsOf(certificate.Source.Repository)
            && (IsExpression || IsSame(certificate.Identity) || IsSameDecoded(certificate) || IsSameEncoded(certificate));

        // Two branches may have one decoded name, and the certificate's ref, which is a branch of the repository that the workflow ran in, is as the token
        // has it.
        private bool IsSameDecoded(WorkflowCertificate certificate) =>
            IsOfSource && EndsWithRefOf(certificate) && IsSame(WorkflowCertificate.Decode(certificate.Identity));

        // A workflow that is called for another ref than its own: either this one is known, or the workflow is another repository's, in which nobody of
        // this one can make a branch whose name is encoded alike.
        private bool IsSameEncoded(WorkflowCertificate certificate) =>
            (Source.Ref is not null || !IsOfSource)
            && IdentitySpelling.Of(Identity).Any(x => IsSame(x, certificate.Identity));

        private bool IsOfSource => Split(Identity).Repository.EndsWith($"/{Source.Repository}", StringComparison.OrdinalIgnoreCase);

        private bool IsSame(string identity) => IsSame(Identity, identity);

        private static bool IsSame(string one, string another)
        {
            var (own, other) = (Split(one), Split(another));
            return own.Repository.Equals(other.Repository, StringComparison.OrdinalIgnoreCase) && own.Workflow == other.Workflow;
        }

        private string? Server => Uri.TryCreate(Identity, UriKind.Absolute, out var address) ? address.GetLeftPart(UriPartial.Authority) : null;

        private static (string Repository, string Workflow) Split(string identity) =>
            identity.IndexOf(Workflows, StringComparison.Ordinal) is > 0 and var at ? (identity[..at], identity[at..]) : ("", identity);
    }

    /// <summary>
    /// The signer that --signed-by names: a public key's file, a workflow's identity, or a regular expression that starts with <c>^</c>.
    /// </summary>
    /// <param name="text">What was typed.</param>
    /// <param name="findSource">Says where a workflow must have run; a key needs none.</param>
    /// <exception cref="WrongUseException">The text has another form, or the file is no public key.</exception>
    public static async Task<ExpectedSigner> ParseAsync(string text, Func<Task<WorkflowSource>> findSource) =>
        text.StartsWith('^') ? new Workflow(IdentityExpression.Parse(text), await findSource())
        : IsIdentity().IsMatch(text) ? new Workflow(text, await findSource())
        : File.Exists(text) ? Key(text)
        : throw new WrongUseException(
            $"--signed-by cannot be '{text}': name a public key's file, a workflow as in "
            + "https://github.com/owner/name/.github/workflows/publish.yml@refs/heads/main, or a regular expression that starts with '^' and ends with '$'.");

    [GeneratedRegex(
        @"\Ahttps://[^/\s@?#\[\]]+/[^/\s@]+/[^/\s@]+/\.github/workflows/[^/@\p{Cc}]+@(refs/(heads|tags|pull)/[^\s\p{Cc}]+|[0-9a-f]{40})\z")]
    private static partial Regex IsIdentity();

    private static PublicKey Key(string file)
    {
        WrongUseException.Read("--signed-by", () => PublicKeyFile.Read(file));
        return new PublicKey(file);
    }

    /// <summary>
    /// Any workflow of a repository, on whatever branch or tag, but not in a pull request: what that runs, nobody has accepted yet.
    /// </summary>
    /// <param name="server">The repository's server: <c>https://github.com</c>.</param>
    /// <param name="source">The repository, and who issues its tokens.</param>
    /// <param name="files">Only workflows in these files: <c>publish.yml</c>; any if there are none.</param>
    public static ExpectedSigner AnyWorkflowOf(string server, WorkflowSource source, params IReadOnlyCollection<string> files)
    {
        var spelled = files.SelectMany(IdentitySpelling.OfPart).Select(Regex.Escape);
        var workflows = files.Count == 0 ? AnyWorkflow : $@"/\.github/workflows/({string.Join('|', spelled)})@refs/(heads|tags)/.+";
        return new Workflow($"^(?i:{Regex.Escape($"{server}/{source.Repository}")}){workflows}$", source);
    }

    /// <summary>
    /// Who that is, as records and summaries call it: the workflow and the repository it ran in, or the beginning of the public key's digest.
    /// </summary>
    public string ReadName() => this switch
    {
        Workflow workflow => new RecordedSigner(workflow.Identity, workflow.Source).ToString(),
        PublicKey key => Cosign.NameOf(InputFile.ReadText(key.File, LargestKey)),
        _ => ToString()!,
    };

    /// <summary>Whether who signed, as a record says, is this signer.</summary>
    internal bool Accepts(RecordedSigner recorded) => this switch
    {
        Workflow workflow => recorded.IsWorkflow
            && IdentitySpelling.Of(recorded.Name).Any(x => Regex.IsMatch(x, workflow.Expression, RegexOptions.CultureInvariant))
            && (recorded.Source is not { } source || (workflow.Source.IsOf(source.Repository) && source.Issuer == workflow.Source.Issuer)),
        _ => recorded.Name == ReadName(),
    };

    /// <summary>Whether a bundle says that this signer made it; whether that is so, cosign says.</summary>
    internal bool IsNamedBy(SigstoreBundle bundle) => As(bundle) is not null;

    /// <summary>This signer as a bundle of its own spells it; null where the bundle names another one.</summary>
    internal ExpectedSigner? As(SigstoreBundle bundle) => this switch
    {
        Workflow workflow => bundle.Certificate is { } certificate ? workflow.SpelledAs(certificate) : null,
        PublicKey key => bundle.KeyHint == SigstoreBundle.HintOf(InputFile.ReadText(key.File, LargestKey)) ? key : null,
        _ => null,
    };

    /// <summary>
    /// The arguments with which anyone verifies the signature of what stands at this digest. <c>cosign verify</c> would take any attestation of
    /// this signer's for a signature, whatever it says: the signature's own type is asked for.
    /// </summary>
    /// <param name="image">The image, by digest.</param>
    /// <param name="trustedRoot">What a workflow's signature is verified with; null for what cosign finds by TUF.</param>
    public IReadOnlyList<string> VerifyArguments(ImageReference image, string? trustedRoot = null) =>
        VerifyArguments(image, PredicateType.Signature, trustedRoot);

    /// <summary>The arguments with which anyone verifies an attestation of this type.</summary>
    /// <param name="image">The image, by digest.</param>
    /// <param name="type">The type.</param>
    /// <param name="trustedRoot">What a workflow's signature is verified with; null for what cosign finds by TUF.</param>
    public IReadOnlyList<string> VerifyArguments(ImageReference image, PredicateType type, string? trustedRoot = null) =>
    [
        "verify-attestation", "--type", type.Uri, .. Constraints,
        .. this is Workflow ? SigstoreFiles.Trusting(trustedRoot) : [], Cosign.Pinned(image),
    ];

    /// <summary>The arguments with which anyone verifies a bundle that was taken from the registry.</summary>
    /// <param name="bundle">The bundle's file.</param>
    /// <param name="image">What it is about, by digest.</param>
    /// <param name="type">What it states.</param>
    /// <param name="trustedRoot">What a workflow's signature is verified with; null for what cosign finds by TUF.</param>
    internal IReadOnlyList<string> VerifyBundleArguments(string bundle, ImageReference image, PredicateType type, string? trustedRoot) =>
    [
        "verify-blob-attestation", "--bundle", bundle, "--type", type.Uri, "--digest", image.Digest!.Value.Hex,
        "--digestAlg", image.Digest!.Value.Algorithm,
        .. Constraints,
        .. this is Workflow ? SigstoreFiles.Trusting(trustedRoot) : [],
    ];
}
