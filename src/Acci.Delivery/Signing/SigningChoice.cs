using Acci.Delivery.Caching;
using Acci.Delivery.Processes;

namespace Acci.Delivery.Signing;

/// <summary>With what a build signs, as its parameters say: known before anything is built.</summary>
/// <param name="Named">The key that was named; null for the workflow's identity, and for this machine's own key pair.</param>
/// <param name="IsKeyless">It is the identity of the workflow.</param>
/// <param name="KeyDirectory">Where this machine's own key pair is.</param>
public sealed record SigningChoice(SigningIdentity? Named, bool IsKeyless, string KeyDirectory)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="WrongUseException">The parameters contradict each other, or the key cannot be one.</exception>
    /// <exception cref="DeliveryException">Keyless, and this job gets no identity token.</exception>
    // Once: a key may come from a pipe.
    public static SigningChoice Of(DeliveryContext context) => context.Once(nameof(SigningChoice), () => Read(context));

    private static SigningChoice Read(DeliveryContext context)
    {
        var options = context.Options;
        if (options is { Keyless: true, SigningKey: not null }) throw new WrongUseException("--keyless and --signing-key exclude each other: name one of the two.");
        if (options is { Keyless: false, SigstoreSigningConfig: not null })
            throw new WrongUseException("--sigstore-signing-config says where a workflow signs, and a key needs no Sigstore: add --keyless, or leave it out.");
        if (options.Keyless) EnsureCanSign(context.Environment);
        return new SigningChoice(
            options.SigningKey is { } key ? SigningIdentity.FromParameter(key, options.SigningPassword, context.Environment) : null,
            options.Keyless,
            CacheDirectory.KeyDirectoryOf(context.Environment));
    }

    // Source: GitHub's documentation, "Variables reference", GITHUB_REF: it is empty in a deployment of a commit.
    private static void EnsureCanSign(ProcessEnvironment environment)
    {
        SigningIdentity.Keyless.EnsureTokenCanBeAsked(environment);
        if (environment.Find("GITHUB_EVENT_NAME") is "deployment" or "deployment_status" && string.IsNullOrEmpty(environment.Find("GITHUB_REF")))
        {
            throw new DeliveryException(
                "This job is of a deployment of a commit. Its certificate would name no branch or tag, and nobody could tell the image from a pull "
                + "request's: publish in a job of a branch or tag, and deploy what that published; or sign with --signing-key.");
        }
    }

    /// <summary>How a sentence ends that says what signs.</summary>
    public override string ToString() => IsKeyless ? "with the identity of the workflow"
        : Named is not null ? "with --signing-key"
        : $"with this machine's own key pair in {KeyDirectory}";
}
