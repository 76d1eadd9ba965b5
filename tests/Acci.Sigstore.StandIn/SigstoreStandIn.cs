using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Acci.Sigstore.StandIn;

/// <summary>
/// A stand-in for Sigstore, not Sigstore: on one loopback port GitHub's identity tokens, Fulcio with the certificates' log, Rekor in both versions,
/// a timestamp authority and a TUF repository. Anyone who reaches the port gets a certificate for any identity.
/// </summary>
public sealed class SigstoreStandIn : IAsyncDisposable
{
    // The issuer that public workflows have; tokens of another one are issued with the claim "iss".
    private const string Issuer = "https://token.actions.githubusercontent.com";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly string _folder;
    private readonly string _address;
    private readonly WebApplication _application;
    private readonly GitHubTokens _tokens;
    private readonly CertificateAuthority _authority;
    private readonly TimestampAuthority _timestamps;
    private readonly TransparencyLog _first;
    private readonly TransparencyLog _second;
    private readonly TufRepository _tuf;
    private readonly Faults _faults = new();
    private readonly ConcurrentQueue<string> _requests = [];

    private SigstoreStandIn(string folder, int port)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        _address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        var keys = new KeyStore(Path.Combine(_folder, "keys"));
        _tokens = new GitHubTokens(keys.Rsa("github"), Issuer);
        _authority = new CertificateAuthority(keys);
        _timestamps = new TimestampAuthority(keys);
        _first = new TransparencyLog(keys.EllipticCurve("rekor"), "127.0.0.1 - 1", "127.0.0.1");
        _second = new TransparencyLog(keys.EllipticCurve("rekor2"), "127.0.0.1", "127.0.0.1");
        var root = Save("trusted_root.json", Trust.Root(_address, _authority, _timestamps, _first, _second));
        var config = Save("signing_config.json", Trust.SigningConfig($"{_address}/fulcio", _address, ($"{_address}/rekor", 1), null));
        var targets = new Dictionary<string, byte[]> { ["trusted_root.json"] = root, ["signing_config.v0.2.json"] = config };
        _tuf = new TufRepository(keys.EllipticCurve("tuf"), targets);
        File.WriteAllBytes(Path.Combine(_folder, "root.json"), _tuf.Root);
        SaveFurtherConfigurations();

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        _application = builder.Build();
        _application.Use(async (context, next) =>
        {
            await next(context);
            _requests.Enqueue($"{context.Response.StatusCode} {context.Request.Method} {context.Request.Path}");
        });
        _application.Use(_faults.HandleAsync);
        Map(_application);
    }

    /// <summary>Where the services are.</summary>
    public string Address => _address;

    /// <summary>Every request, with the status of its answer, in the order they ended.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>
    /// The variables with which every cosign uses this Sigstore and needs no flag. Source: sigstore-go, pkg/tuf; cosign's <c>cosign env</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> TrustVariables => new Dictionary<string, string>
    {
        ["TUF_MIRROR"] = $"{_address}/tuf",
        ["TUF_ROOT_JSON"] = Path.Combine(_folder, "root.json"),
        ["TUF_ROOT"] = Path.Combine(_folder, "tuf-cache"),
    };

    /// <summary>Starts it.</summary>
    /// <param name="folder">Keeps keys and the files that clients are given: what was signed before a restart is valid after it.</param>
    /// <param name="port">The port on 127.0.0.1; 0 for any that is free.</param>
    public static async Task<SigstoreStandIn> StartAsync(string folder, int port = 0)
    {
        for (var left = 5; ; left--)
        {
            var standIn = new SigstoreStandIn(folder, port == 0 ? FreePort() : port);
            try
            {
                await standIn._application.StartAsync();
                return standIn;
            }
            catch (IOException) when (port == 0 && left > 0)
            {
                // Another program has taken it meanwhile.
                await standIn.DisposeAsync();
            }
        }
    }

    /// <summary>The variables by which a job of GitHub Actions gets its identity token.</summary>
    /// <param name="claims">What the token says; everything else is that of a push to the main branch of octo/acci.</param>
    public IReadOnlyDictionary<string, string> JobVariables(params IEnumerable<(string Name, string Value)> claims) => new Dictionary<string, string>
    {
        ["ACTIONS_ID_TOKEN_REQUEST_URL"] =
            $"{_address}/token?api-version=2.0{string.Concat(claims.Select(x => $"&claim.{x.Name}={Uri.EscapeDataString(x.Value)}"))}",
        ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = _tokens.RequestToken,
    };

    /// <summary>Lets the next requests fail.</summary>
    /// <param name="path">The service: <c>/token</c>, <c>/fulcio</c>, <c>/rekor</c>, <c>/rekor2</c>, <c>/api/v1/timestamp</c>, <c>/tuf</c>.</param>
    /// <param name="fault">How.</param>
    /// <param name="count">How many.</param>
    public void Fail(string path, ServiceFault fault, int count) => _faults.Add(path, fault, count);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void SaveFurtherConfigurations()
    {
        var (fulcio, rekor, timestamps) = ($"{_address}/fulcio", ($"{_address}/rekor", 1), $"{_address}/api/v1/timestamp");
        Save("signing_config.rekor2.json", Trust.SigningConfig(fulcio, _address, ($"{_address}/rekor2", 2), timestamps));
        Save("signing_config.timestamp-only.json", Trust.SigningConfig(fulcio, _address, null, timestamps));
        Save("signing_config.no-time.json", Trust.SigningConfig($"{fulcio}/lifetime/3", _address, null, null));
        Save("signing_config.short.json", Trust.SigningConfig($"{fulcio}/lifetime/3", _address, rekor, null));
        Save("signing_config.no-sct.json", Trust.SigningConfig($"{fulcio}/unlogged", _address, rekor, null));
    }

    private byte[] Save(string name, JsonObject content)
    {
        var bytes = Encoding.UTF8.GetBytes(content.ToJsonString());
        File.WriteAllBytes(Path.Combine(_folder, name), bytes);
        return bytes;
    }

    private void Map(WebApplication application)
    {
        new TokenEndpoints(_tokens, _address).Map(application);
        new LogEndpoints(new Rekor(_first, _second)).Map(application);
        var certificates = new CertificateEndpoint(_tokens, _authority);
        application.MapPost("/fulcio/api/v2/signingCert", context => certificates.IssueAsync(context, Lifetime, logged: true));
        application.MapPost("/fulcio/unlogged/api/v2/signingCert", context => certificates.IssueAsync(context, Lifetime, logged: false));
        application.MapPost("/fulcio/lifetime/{seconds:int}/api/v2/signingCert", context =>
        {
            var seconds = int.Parse((string)context.GetRouteValue("seconds")!, CultureInfo.InvariantCulture);
            return certificates.IssueAsync(context, TimeSpan.FromSeconds(seconds), logged: true);
        });
        var chain = new { certificates = new[] { _authority.Root.ExportCertificatePem() } };
        application.MapGet("/fulcio/api/v2/trustBundle", () => Results.Json(new { chains = new[] { chain } }));
        application.MapPost("/api/v1/timestamp", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            return _timestamps.Answer(body.ToArray()) is { } answer ? Results.Bytes(answer, "application/timestamp-reply") : Results.BadRequest();
        });
        application.MapGet(
            "/tuf/{**path}", (string path) => _tuf.Find(path) is { } file ? Results.Bytes(file, "application/octet-stream") : Results.NotFound());
        application.MapPost("/faults", (string path, string status, int count) => Fail(path, ServiceFault.Parse(status), count));
        application.MapDelete("/faults", _faults.Clear);
    }
}
