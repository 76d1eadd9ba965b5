using Acci.Delivery.Processes;

namespace Acci.Delivery.Signing;

/// <summary>The log of the public Sigstore, which all can read and from which nothing is ever removed.</summary>
internal static class PublicLog
{
    /// <summary>What a repository that is not public has to know before it signs; null where there is nothing to say.</summary>
    public static string? WarningFor(SigningIdentity identity, SigstoreFiles sigstore, ProcessEnvironment environment) =>
        identity is SigningIdentity.Keyless { IsPublic: false } own && SigstoreService.IsPublic(sigstore, environment)
            ? $"{own.Source.Repository} is not public, and keyless signing writes its name, workflow and commit to Sigstore's public log, for ever. If nobody may "
                + "know them, sign with a key (--signing-key) or with a Sigstore of your own (--sigstore-signing-config, --sigstore-trusted-root)"
            : null;
}
