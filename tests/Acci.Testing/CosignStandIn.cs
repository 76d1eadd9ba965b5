using System.Security.Cryptography;
using Acci.Delivery.Signing;
using Acci.Oci;

namespace Acci.Testing;

/// <summary>
/// A stand-in for cosign, not cosign: a program that takes its command line, refuses what it does not know, and remembers what was signed. It has one
/// key, and verifies with that key's public half alone.
/// </summary>
public sealed class CosignStandIn
{
    private readonly string _folder;

    /// <param name="folder">Where it lies.</param>
    public CosignStandIn(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(Path.Combine(_folder, "key.pub"), $"{key.ExportSubjectPublicKeyInfoPem()}\n");
        File.WriteAllText(Path.Combine(_folder, "signed"), "");
        var program = Path.Combine(_folder, "cosign");
        File.WriteAllText(program, """
            #!/bin/sh
            # A stand-in for cosign, for tests.
            here=$(dirname "$0")
            verb=$1 key= type=https://sigstore.dev/cosign/sign/v1 image=
            fail() { printf 'Error: %s\nerror during command execution: %s\n' "$1" "$1" >&2; exit 1; }
            shift
            while [ $# -gt 0 ]; do
                case "$1" in
                    --key) key=$2; shift ;;
                    --type) type=$2; shift ;;
                    --predicate|--signing-config|--trusted-root) shift ;;
                    --certificate-oidc-issuer|--certificate-identity|--certificate-identity-regexp|--certificate-github-workflow-repository|--certificate-github-workflow-ref) shift ;;
                    --yes|--insecure-ignore-tlog=true|--timeout=*) ;;
                    -*) echo "Error: unknown flag: $1" >&2; exit 1 ;;
                    *) image=$1 ;;
                esac
                shift
            done
            case "$verb" in
                public-key) cat "$here/key.pub" ;;
                sign|attest) echo "${image##*@} $type" >> "$here/signed" ;;
                verify-attestation)
                    [ -z "$key" ] || [ "$(cat "$key")" = "$(cat "$here/key.pub")" ] ||
                        fail "no matching attestations: invalid signature"
                    grep -qx "${image##*@} $type" "$here/signed" || fail "no signatures found for $image ($type)"
                    statement=$(printf '{"predicateType":"%s","subject":[{"digest":{"sha256":"%s"}}],"predicate":{}}' "$type" "${image##*:}")
                    printf '{"payload":"%s"}\n' "$(printf %s "$statement" | base64 | tr -d '\n')" ;;
                *) echo "Error: unknown command \"$verb\" for \"cosign\"" >&2; exit 1 ;;
            esac
            """.ReplaceLineEndings("\n"));
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Cosign = new Cosign(program, new SigningIdentity.Key(Path.Combine(_folder, "cosign.key"), null)) { Retry = new() { Budget = TimeSpan.FromSeconds(5) } };
    }

    /// <summary>What signs and verifies.</summary>
    public Cosign Cosign { get; }

    /// <summary>The public half of its key.</summary>
    public string PublicKey => Path.Combine(_folder, "key.pub");

    /// <summary>What was signed and attested, a line each: digest and type.</summary>
    public IReadOnlyList<string> Signatures => File.ReadAllLines(Path.Combine(_folder, "signed"));

    /// <summary>These are signed, and all that is attested of a platform is.</summary>
    public void Sign(params IEnumerable<Digest> digests)
    {
        PredicateType[] types = [PredicateType.Signature, .. PredicateType.All];
        File.AppendAllLines(Path.Combine(_folder, "signed"), digests.SelectMany(digest => types.Select(type => $"{digest} {type.Uri}")));
    }

    /// <summary>From now on the verification of this image fails with this error.</summary>
    public void Fail(Digest image, string error)
    {
        var program = Cosign.Executable;
        var text = File.ReadAllText(program);
        File.WriteAllText(program, text.Replace("    verify-attestation)\n", $"    verify-attestation)\n        case \"$image\" in *{image.Hex}*) fail \"{error}\" ;; esac\n", StringComparison.Ordinal));
    }

    /// <summary>Nothing is signed any more.</summary>
    public void Forget() => File.WriteAllText(Path.Combine(_folder, "signed"), "");
}
