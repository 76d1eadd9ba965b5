using Acci.Delivery.Images;
using Acci.Delivery.Registries;
using Acci.Delivery.Signing;
using Acci.Generation;
using Acci.Generation.Admission;
using Serilog;

namespace Acci.Delivery.Publishing;

/// <summary>
/// Writes the policies with which a cluster runs a build's images only if their signer signed them. A pod names an image by its index, and that has the signature alone:
/// what is attested, each platform has.
/// </summary>
/// <param name="context">What the targets of the build share.</param>
public sealed class WriteAdmissionPolicy(DeliveryContext context) : Verb
{
    private readonly ImageFiles _files = new(context.Options);

    private string Kyverno => Path.Combine(_files.Admission, "kyverno.yaml");

    private string PolicyController => Path.Combine(_files.Admission, "policy-controller.yaml");

    private bool UsesPublicSigstore =>
        SigstoreFiles.Of(context.Options) == SigstoreFiles.None && !SigstoreService.IsOwn(SigstoreService.MirrorOf(context.Environment));

    /// <inheritdoc/>
    /// <exception cref="WrongUseException">No registry is named.</exception>
    public override Task PrepareAsync(DeliveryScope scope)
    {
        foreach (var image in context.Options.Images) RepositoriesOf(image);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override async Task PlanAsync()
    {
        var known = context.Options is { Keyless: true } or { SignedBy: not null } ? await SignerAsync() : null;
        var signer = known?.ReadName() ?? OwnKey();
        foreach (var image in context.Options.Images)
        {
            if (known is not null) EnsureIsSigner(known, image);
            Log.Information("{Repository:l}: would write policies that ask for a signature by {Signer:l}", string.Join(", ", RepositoriesOf(image)), signer);
        }

        // Its public half is read by cosign, which a dry run does not fetch.
        string OwnKey()
        {
            context.EnsureOwnKeyIsThere();
            return "the key that signs here";
        }
    }

    /// <inheritdoc/>
    /// <exception cref="WrongUseException">No registry is named.</exception>
    /// <exception cref="DeliveryException">Clusters cannot tell the signer from others.</exception>
    public override async Task RunAsync()
    {
        var repositories = context.Options.Images.SelectMany(RepositoriesOf).ToList();
        var signer = await SignerAsync();
        foreach (var image in context.Options.Images) EnsureIsSigner(signer, image);
        var policies = repositories.Select(x => new AdmissionPolicy(x, Of(signer), PredicateType.Signature.Uri)).ToList();
        Write(Kyverno, policies.Select(x => x.ToKyverno()));
        var ofController = policies.Select(x => x.ToClusterImagePolicy()).OfType<string>().ToList();
        if (ofController.Count > 0) Write(PolicyController, ofController);
        else File.Delete(PolicyController);
        Log.Information("Signer: {Signer:l}", signer.ReadName());
        if (ofController.Count > 0) return;
        if (signer is ExpectedSigner.PublicKey)
        {
            Log.Warning(
                "policy-controller and Kyverno before 1.19 verify bundles of workflows only: there is a policy for Kyverno 1.19 or later alone. For all, sign in a workflow with --keyless");
            return;
        }

        Log.Warning(
            "Kyverno trusts the Sigstore that it is started with: start it with --enableTuf=true, --tufMirror and --tufRoot of yours. "
            + "There is no policy for policy-controller, which finds no signature of a Sigstore of your own");
    }

    // A policy that no published image meets stops them all.
    private void EnsureIsSigner(ExpectedSigner signer, ImageDefinition image)
    {
        if (context.Options.SignedBy is not null || PublishRecord.Read(_files.RecordOf(image)) is not { SignedBy: { } signed } record) return;
        // What a pull request publishes is nothing for a cluster.
        if (!RepositoriesOf(image).Intersect(record.Repositories).Any() || signed.Source?.IsOfPullRequest is true || signer.Accepts(signed)) return;
        throw new DeliveryException(
            $"{record.Repository} was published with a signature by {signed}, and this policy would ask for one by {signer.ReadName()}: clusters would refuse its images. "
            + (signed.IsWorkflow ? "A policy names no workflow that other repositories can call: sign in another one, or with a key. " : "")
            + "If others sign from now on, name them with --signed-by.");
    }

    private void Write(string file, IEnumerable<string> documents)
    {
        Directory.CreateDirectory(_files.Admission);
        AtomicFile.Write(file, string.Join("---\n", documents));
        Log.Information("Wrote {File:l}", _files.Relative(file));
    }

    // Clusters may get images from any of them.
    private string[] RepositoriesOf(ImageDefinition image) => context.NamedDestinations() is { Count: > 0 } destinations
        ? [.. destinations.Select(x => x.RepositoryOf(image).Normalize().Repository)]
        : throw new WrongUseException("WriteAdmissionPolicy needs --registry: no cluster gets images from the local registry.");

    private AdmissionSigner Of(ExpectedSigner signer) => signer switch
    {
        ExpectedSigner.Workflow workflow => new AdmissionSigner.Workflow(workflow.Expression, workflow.Source.Issuer) { UsesPublicSigstore = UsesPublicSigstore },
        ExpectedSigner.PublicKey key => new AdmissionSigner.Key(PublicKeyFile.Read(key.File)),
        _ => throw new ArgumentException($"{signer} is no signer.", nameof(signer)),
    };

    // Neither Kyverno nor policy-controller compares the repository in a bundle's certificate: the identity itself has to lead to it, and to workflows
    // that no other repository can call.
    private async Task<ExpectedSigner> SignerAsync()
    {
        var workflows = await CheckoutWorkflows.ReadAsync(context.Options.Root, context.CancellationToken);
        if (context.Options is { SignedBy: null, Keyless: true })
        {
            var (server, source) = await context.SourceAsync();
            var files = workflows.OfThisRepositoryAlone(server, source);
            // A record would say who signs.
            var isRecorded = context.Options.Images.Any(x => PublishRecord.Read(_files.RecordOf(x)) is { SignedBy: not null });
            foreach (var (file, called) in isRecorded ? [] : workflows.CallsOf(files))
            {
                context.Warn(
                    $"{file} calls {called}: what that signs has its own name in the certificate, and these policies refuse it. If it signs your images, "
                    + "call it in a workflow of this repository, or sign with a key");
            }

            return ExpectedSigner.AnyWorkflowOf(server, source, files);
        }

        var signer = await context.ExpectedSignerAsync();
        if (signer is ExpectedSigner.Workflow workflow) workflows.EnsureSignsForThisRepositoryAlone(workflow);
        return signer;
    }
}
