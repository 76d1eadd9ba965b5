using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Acci.Sigstore.StandIn;

/// <summary>Rekor's two interfaces over a log. Source: Rekor's openapi.yaml, type dsse 0.0.1; rekor-tiles, type hashedrekord 0.0.2.</summary>
internal sealed class Rekor(TransparencyLog first, TransparencyLog second)
{
    /// <summary>An entry of version 1: with the log's own signed time, so that it needs no timestamp authority.</summary>
    public (string Id, JsonObject Answer)? AddFirst(JsonNode proposed)
    {
        if ((string?)proposed["kind"] != "dsse") return null;
        var content = proposed["spec"]!["proposedContent"]!;
        var envelopeText = (string)content["envelope"]!;
        var envelope = JsonNode.Parse(envelopeText)!;
        var verifier = (string)content["verifiers"]![0]!;
        var payload = Convert.FromBase64String((string)envelope["payload"]!);
        var signature = (string)envelope["signatures"]![0]!["sig"]!;
        var verifierText = Encoding.UTF8.GetString(Convert.FromBase64String(verifier));
        if (!Verify(verifierText, (string)envelope["payloadType"]!, payload, Convert.FromBase64String(signature))) return null;
        var body = Encoding.UTF8.GetBytes(CanonicalJson.OfEntry(new JsonObject
        {
            ["apiVersion"] = "0.0.1",
            ["kind"] = "dsse",
            ["spec"] = new JsonObject
            {
                ["envelopeHash"] = HashOf(Encoding.UTF8.GetBytes(envelopeText)),
                ["payloadHash"] = HashOf(payload),
                ["signatures"] = new JsonArray(new JsonObject { ["signature"] = signature, ["verifier"] = verifier }),
            },
        }));
        var inclusion = first.Add(body);
        var entry = new JsonObject
        {
            ["body"] = Convert.ToBase64String(body),
            ["integratedTime"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["logID"] = Convert.ToHexStringLower(first.Id),
            ["logIndex"] = inclusion.Index,
        };
        var promise = first.Sign(Encoding.UTF8.GetBytes(CanonicalJson.OfEntry(entry)));
        entry["verification"] = new JsonObject
        {
            ["signedEntryTimestamp"] = Convert.ToBase64String(promise),
            ["inclusionProof"] = new JsonObject
            {
                ["checkpoint"] = inclusion.Checkpoint,
                ["hashes"] = new JsonArray([.. inclusion.Path.Select(x => JsonValue.Create(Convert.ToHexStringLower(x)))]),
                ["logIndex"] = inclusion.Index,
                ["rootHash"] = Convert.ToHexStringLower(inclusion.Root),
                ["treeSize"] = inclusion.Size,
            },
        };
        // The tree's number, and the leaf's hash.
        var id = $"{1:x16}{Convert.ToHexStringLower(SHA256.HashData([0, .. body]))}";
        return (id, new JsonObject { [id] = entry });

        static JsonObject HashOf(byte[] content) => new()
        {
            ["algorithm"] = "sha256",
            ["value"] = Convert.ToHexStringLower(SHA256.HashData(content)),
        };
    }

    /// <summary>An entry of version 2: it has no time.</summary>
    public JsonObject? AddSecond(JsonNode request)
    {
        JsonObject spec;
        string kind;
        if (request["hashedRekordRequestV002"] is { } hashed)
        {
            kind = "hashedrekord";
            spec = new JsonObject
            {
                ["hashedRekordV002"] = new JsonObject
                {
                    ["data"] = new JsonObject { ["algorithm"] = "SHA2_256", ["digest"] = (string)hashed["digest"]! },
                    ["signature"] = hashed["signature"]!.DeepClone(),
                },
            };
        }
        else if (request["dsseRequestV002"] is { } dsse)
        {
            kind = "dsse";
            var payload = Convert.FromBase64String((string)dsse["envelope"]!["payload"]!);
            spec = new JsonObject
            {
                ["dsseV002"] = new JsonObject
                {
                    ["payloadHash"] = new JsonObject { ["algorithm"] = "SHA2_256", ["digest"] = Convert.ToBase64String(SHA256.HashData(payload)) },
                    ["signatures"] = new JsonArray(new JsonObject
                    {
                        ["content"] = (string)dsse["envelope"]!["signatures"]![0]!["sig"]!,
                        ["verifier"] = dsse["verifiers"]![0]!.DeepClone(),
                    }),
                },
            };
        }
        else
        {
            return null;
        }

        var body = Encoding.UTF8.GetBytes(CanonicalJson.OfEntry(new JsonObject { ["apiVersion"] = "0.0.2", ["kind"] = kind, ["spec"] = spec }));
        var inclusion = second.Add(body);
        return new JsonObject
        {
            ["logIndex"] = inclusion.Index.ToString(CultureInfo.InvariantCulture),
            ["logId"] = new JsonObject { ["keyId"] = Convert.ToBase64String(second.Id) },
            ["kindVersion"] = new JsonObject { ["kind"] = kind, ["version"] = "0.0.2" },
            ["integratedTime"] = "0",
            ["inclusionProof"] = new JsonObject
            {
                ["logIndex"] = inclusion.Index.ToString(CultureInfo.InvariantCulture),
                ["rootHash"] = Convert.ToBase64String(inclusion.Root),
                ["treeSize"] = inclusion.Size.ToString(CultureInfo.InvariantCulture),
                ["hashes"] = new JsonArray([.. inclusion.Path.Select(x => JsonValue.Create(Convert.ToBase64String(x)))]),
                ["checkpoint"] = new JsonObject { ["envelope"] = inclusion.Checkpoint },
            },
            ["canonicalizedBody"] = Convert.ToBase64String(body),
        };
    }

    // What is signed: DSSE's "pre-authentication encoding".
    private static bool Verify(string certificateOrKey, string type, byte[] payload, byte[] signature)
    {
        var isCertificate = certificateOrKey.Contains("CERTIFICATE", StringComparison.Ordinal);
        using var key = isCertificate ? X509Certificate2.CreateFromPem(certificateOrKey).GetECDsaPublicKey()! : ECDsa.Create();
        if (!isCertificate) key.ImportFromPem(certificateOrKey);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"DSSEv1 {Encoding.UTF8.GetByteCount(type)} {type} {payload.Length} "), .. payload];
        return key.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }
}
