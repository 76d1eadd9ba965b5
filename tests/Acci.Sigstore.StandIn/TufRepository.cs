using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Acci.Sigstore.StandIn;

/// <summary>The files from which a client learns the services' addresses and keys. Source: The Update Framework, specification 1.0.</summary>
internal sealed class TufRepository
{
    private readonly Dictionary<string, byte[]> _files = [];

    public TufRepository(ECDsa key, IReadOnlyDictionary<string, byte[]> targets)
    {
        var version = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var expires = DateTimeOffset.UtcNow.AddYears(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var publicKey = new JsonObject
        {
            ["keytype"] = "ecdsa",
            ["scheme"] = "ecdsa-sha2-nistp256",
            ["keyval"] = new JsonObject { ["public"] = key.ExportSubjectPublicKeyInfoPem() + "\n" },
        };
        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalJson.OfMetadata(publicKey))));
        JsonObject Role() => new() { ["keyids"] = new JsonArray(id), ["threshold"] = 1 };
        Add("1.root.json", Signed("root", 1, new JsonObject
        {
            ["consistent_snapshot"] = true,
            ["keys"] = new JsonObject { [id] = publicKey },
            ["roles"] = new JsonObject { ["root"] = Role(), ["targets"] = Role(), ["snapshot"] = Role(), ["timestamp"] = Role() },
        }));
        _files["root.json"] = _files["1.root.json"];
        var described = new JsonObject();
        foreach (var (name, content) in targets)
        {
            var hash = Convert.ToHexStringLower(SHA256.HashData(content));
            described[name] = new JsonObject { ["length"] = content.Length, ["hashes"] = new JsonObject { ["sha256"] = hash } };
            _files[$"targets/{hash}.{name}"] = content;
        }

        Add($"{version}.targets.json", Signed("targets", version, new JsonObject { ["targets"] = described }));
        Add($"{version}.snapshot.json", Signed("snapshot", version, VersionOf("targets.json")));
        Add("timestamp.json", Signed("timestamp", version, VersionOf("snapshot.json")));

        JsonObject VersionOf(string file) => new() { ["meta"] = new JsonObject { [file] = new JsonObject { ["version"] = version } } };

        void Add(string name, JsonObject content) => _files[name] = Encoding.UTF8.GetBytes(content.ToJsonString());

        JsonObject Signed(string type, long number, JsonObject content)
        {
            (content["_type"], content["spec_version"], content["version"], content["expires"]) = (type, "1.0.31", number, expires);
            var signed = Encoding.UTF8.GetBytes(CanonicalJson.OfMetadata(content));
            var signature = key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
            var signatures = new JsonArray(new JsonObject { ["keyid"] = id, ["sig"] = Convert.ToHexStringLower(signature) });
            return new JsonObject { ["signatures"] = signatures, ["signed"] = content };
        }
    }

    public byte[]? Find(string path) => _files.GetValueOrDefault(path);

    public byte[] Root => _files["root.json"];
}
