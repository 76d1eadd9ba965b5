using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Acci.Sigstore.StandIn;

/// <summary>The two files that a client is given. Source: Sigstore's protobuf-specs, sigstore_trustroot.proto.</summary>
internal static class Trust
{
    // Not the stand-in's start: what was made before a restart stays in it.
    private const string Since = "2020-01-01T00:00:00Z";

    public static JsonObject Root(
        string address, CertificateAuthority authority, TimestampAuthority timestamps, TransparencyLog first, TransparencyLog second) => new()
    {
        ["mediaType"] = "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        ["tlogs"] = new JsonArray(Log($"{address}/rekor", first.Key), Log($"{address}/rekor2", second.Key)),
        ["certificateAuthorities"] = new JsonArray(Authority($"{address}/fulcio", authority.Root.RawData)),
        ["ctlogs"] = new JsonArray(Log($"{address}/ctlog", authority.LogKey)),
        ["timestampAuthorities"] = new JsonArray(Authority($"{address}/api/v1/timestamp", timestamps.Leaf.RawData, timestamps.Root.RawData)),
    };

    /// <summary>Where to sign. Without a log, and without a timestamp authority, where a list is empty.</summary>
    public static JsonObject SigningConfig(string fulcio, string issuer, (string Address, int Version)? rekor, string? timestamps)
    {
        var config = new JsonObject
        {
            ["mediaType"] = "application/vnd.dev.sigstore.signingconfig.v0.2+json",
            ["caUrls"] = new JsonArray(Service(fulcio, 1)),
            ["oidcUrls"] = new JsonArray(Service(issuer, 1)),
            ["rekorTlogConfig"] = new JsonObject(),
            ["tsaConfig"] = new JsonObject(),
        };
        if (rekor is { } log) (config["rekorTlogUrls"], config["rekorTlogConfig"]) = (new JsonArray(Service(log.Address, log.Version)), Any());
        if (timestamps is not null) (config["tsaUrls"], config["tsaConfig"]) = (new JsonArray(Service(timestamps, 1)), Any());
        return config;

        static JsonObject Any() => new() { ["selector"] = "ANY" };
    }

    private static JsonObject Service(string address, int version) => new()
    {
        ["url"] = address, ["majorApiVersion"] = version, ["validFor"] = new JsonObject { ["start"] = Since }, ["operator"] = "sigstore.standin",
    };

    private static JsonObject Log(string address, byte[] key) => new()
    {
        ["baseUrl"] = address,
        ["hashAlgorithm"] = "SHA2_256",
        ["publicKey"] = new JsonObject
        {
            ["rawBytes"] = Convert.ToBase64String(key),
            ["keyDetails"] = "PKIX_ECDSA_P256_SHA_256",
            ["validFor"] = new JsonObject { ["start"] = Since },
        },
        ["logId"] = new JsonObject { ["keyId"] = Convert.ToBase64String(SHA256.HashData(key)) },
    };

    private static JsonObject Authority(string address, params byte[][] chain) => new()
    {
        ["subject"] = new JsonObject { ["organization"] = "sigstore.standin", ["commonName"] = "stand-in" },
        ["uri"] = address,
        ["certChain"] = new JsonObject
        {
            ["certificates"] = new JsonArray([.. chain.Select(x => new JsonObject { ["rawBytes"] = Convert.ToBase64String(x) })]),
        },
        ["validFor"] = new JsonObject { ["start"] = Since },
    };
}
