using System.Security.Cryptography;
using System.Text;
using Acci.Delivery.Signing;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>What --signed-by takes for a public key, and what somebody may name instead of one.</summary>
public sealed class PublicKeyFileTests : IDisposable
{
    // RFC 8410, section 10.1.
    private const string Ed25519 =
        "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";

    // P-256, spelled out: openssl ecparam -name prime256v1 -genkey -param_enc explicit.
    private const string Explicit =
        "MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAAAAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA////"
        + "///////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSdNgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5"
        + "RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA//////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABNPNfdOcLfHUfJmdT00z7e5l"
        + "8p9OTEKUmuDOnG6qDxqve1PqACXTkaYyHHzqT8ZhLICM2/WIUHPMDBMXjIi6vPE=";

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string> Others
    {
        get
        {
            using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            using var bitcoin = ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1"));
            var own = curve.ExportSubjectPublicKeyInfo();
            return new TheoryData<string, string>
            {
                { "", "is no public key" },
                { "hello: world\n", "is no public key" },
                { "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGm/RAlphM3+hUG6wWfcO5bIUIaqMLa2ywxcOK1wMWbh ada\n", "is no public key" },
                { "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n", "is a private key" },
                { curve.ExportPkcs8PrivateKeyPem(), "is a private key" },
                { curve.ExportECPrivateKeyPem(), "is a private key" },
                { $"{Ed25519}{curve.ExportPkcs8PrivateKeyPem()}", "is a private key" },
                { "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n", "is a private key" },
                { Ed25519 + Ed25519, "has several keys" },
                { Ed25519 + PemEncoding.WriteString("CERTIFICATE", [1]), "has several keys" },
                { PemEncoding.WriteString("CERTIFICATE", [1]), "a CERTIFICATE" },
                { PemEncoding.WriteString("PUBLIC KEY", [1, 2, 3]), "a damaged or other PUBLIC KEY" },
                { PemEncoding.WriteString("PUBLIC KEY", []), "a damaged or other PUBLIC KEY" },
                { PemEncoding.WriteString("PUBLIC KEY", [.. own, 0]), "a damaged or other PUBLIC KEY" },
                { PemEncoding.WriteString("PUBLIC KEY", own.AsSpan(..^1)), "a damaged or other PUBLIC KEY" },
                { PemEncoding.WriteString("RSA PUBLIC KEY", own), "a damaged or other RSA PUBLIC KEY" },
                { Ed25519.Replace("MCowBQYDK2Vw", "MCowBQYDK2Vu", StringComparison.Ordinal), "a damaged or other PUBLIC KEY" },
                { bitcoin.ExportSubjectPublicKeyInfoPem(), "a damaged or other PUBLIC KEY" },
                { PemEncoding.WriteString("PUBLIC KEY", Convert.FromBase64String(Explicit)), "a damaged or other PUBLIC KEY" },
                { $"\uFEFF{Ed25519}", "has a public key that cosign does not find" },
                { $"key: {Ed25519}", "has a public key that cosign does not find" },
                { Ed25519.Replace("-----END", " -----END", Ordinal), "has a public key that cosign does not find" },
                { $"{Ed25519.TrimEnd()} # ours\n", "has a public key that cosign does not find" },
            };
        }
    }

    private static StringComparison Ordinal => StringComparison.Ordinal;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_key_of_each_kind_that_cosign_reads_is_one()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var rsa = RSA.Create(2048);

        using var small = ECDsa.Create(ECCurve.CreateFromFriendlyName("secp224r1"));
        using var large = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        foreach (var pem in new[] { $"{small.ExportSubjectPublicKeyInfoPem()}\n", $"{large.ExportSubjectPublicKeyInfoPem()}\n", $"{curve.ExportSubjectPublicKeyInfoPem()}\n", $"{rsa.ExportSubjectPublicKeyInfoPem()}\n", $"{rsa.ExportRSAPublicKeyPem()}\n", Ed25519 })
        {
            Assert.Equal(pem, PublicKeyFile.Read(Written(pem)));
            Assert.Equal(pem, PublicKeyFile.Read(Written($"The team's.\r\n{pem.ReplaceLineEndings("\r\n")}")));
        }
    }

    [Fact]
    public void A_key_has_one_name_however_it_is_written()
    {
        using var rsa = RSA.Create(2048);
        var written = rsa.ExportSubjectPublicKeyInfoPem() + "\n";
        string[] texts = [written, written.ReplaceLineEndings("\r\n"), $"# ours\n{written}", rsa.ExportRSAPublicKeyPem()];

        var name = Assert.Single(texts.Select(text => new ExpectedSigner.PublicKey(Written(text)).ReadName()).Distinct());
        Assert.Equal($"key {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(written)))[..12]}", name);
        Assert.Single(texts.Select(SigstoreBundle.HintOf).Distinct());
    }

    [Theory]
    [MemberData(nameof(Others))]
    public async Task What_is_no_public_key_is_refused_by_name_wherever_a_signer_is_named(string text, string words)
    {
        var file = Written(text);

        var failure = await Assert.ThrowsAsync<WrongUseException>(() => ExpectedSigner.ParseAsync(file, () => throw new InvalidOperationException()));

        Assert.StartsWith($"--signed-by: {file} {(words.StartsWith("a ", StringComparison.Ordinal) ? "is no public key" : words)}", failure.Message, Ordinal);
        Assert.Contains(words, failure.Message, Ordinal);
    }

    private string Written(string text)
    {
        var file = _folder.Combine("team.pub");
        File.WriteAllText(file, text);
        return file;
    }
}
