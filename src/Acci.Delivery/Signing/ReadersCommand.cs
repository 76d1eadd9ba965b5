using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Oci;

namespace Acci.Delivery.Signing;

/// <summary>The command with which readers verify an image, on machines of their own: it names nothing that only this machine has.</summary>
internal static class ReadersCommand
{
    /// <summary>How the public key is called there.</summary>
    public const string KeyName = "cosign.pub";

    /// <summary>How the trusted root is called there.</summary>
    public const string RootName = "trusted_root.json";

    /// <summary>
    /// For those who have nothing but these lines, in a shell such as bash: with the public key in them, which goes into no file of theirs. A trusted root is too long for that.
    /// </summary>
    /// <param name="signer">Who signed.</param>
    /// <param name="image">The image, by digest.</param>
    /// <param name="isOwnSigstore">A workflow signed with another Sigstore than the public one, which every cosign knows.</param>
    /// <param name="hasRoot">The trusted root is here, so that a release has it.</param>
    /// <param name="access">How its registry is reached.</param>
    public static string Of(ExpectedSigner signer, ImageReference image, bool isOwnSigstore, bool hasRoot, RegistryAccess? access = null) => Behind(access, signer switch
    {
        ExpectedSigner.PublicKey key => $"{Cosign(new ExpectedSigner.PublicKey("/dev/stdin"), image, null, access)} <<'END'\n{PublicKeyFile.Read(key.File)}END",
        _ when isOwnSigstore => $"{RootRemark(hasRoot ? "; if the version has a release, that has it among its files" : "")}\n{Cosign(signer, image, RootName, access)}",
        _ => Cosign(signer, image, null, access),
    });

    /// <summary>For readers of a release.</summary>
    /// <param name="signer">Who signed.</param>
    /// <param name="image">The image, by digest.</param>
    /// <param name="isOwnSigstore">A workflow signed with another Sigstore than the public one.</param>
    /// <param name="files">Where the release's files are.</param>
    /// <param name="hasRoot">The trusted root is one of them.</param>
    /// <param name="access">How its registry is reached.</param>
    public static string OfRelease(ExpectedSigner signer, ImageReference image, bool isOwnSigstore, string files, bool hasRoot, RegistryAccess? access = null) => Behind(access, signer switch
    {
        // cosign fetches a key by itself, and no trusted root.
        ExpectedSigner.PublicKey => Cosign(new ExpectedSigner.PublicKey($"{files}/{KeyName}"), image, null, access),
        _ when isOwnSigstore && hasRoot => $"{new Command("curl", ["-fsSLO", $"{files}/{RootName}"])} && {Cosign(signer, image, RootName, access)}",
        _ when isOwnSigstore => $"{RootRemark("")}\n{Cosign(signer, image, RootName, access)}",
        _ => Cosign(signer, image, null, access),
    });

    private static string RootRemark(string end) => $"# {RootName} is the trusted root that the operator of the signer's Sigstore gives to clients{end}";

    private static string Behind(RegistryAccess? access, string command) => access?.Remark is { } remark ? $"{remark}\n{command}" : command;

    private static string Cosign(ExpectedSigner signer, ImageReference image, string? trustedRoot, RegistryAccess? access) =>
        new Command("cosign", [.. signer.VerifyArguments(image, trustedRoot), .. access?.ReadersArguments ?? []]).ToString();
}
