using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Acci.Testing;

/// <summary>A token service as registries trust it: RS256 tokens that carry their certificate. Source: distribution project, "Token Authentication Implementation".</summary>
public sealed class TokenService : IAsyncDisposable
{
    public const string User = "ada";
    public const string Password = "open sesame";
    public const string RefreshToken = "a-refresh-token";

    // What the registry server grants a token that has expired, for clocks that differ.
    private static readonly TimeSpan Leeway = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _certificate;
    private LoopbackServer? _server;

    private TokenService()
    {
        var request = new CertificateRequest("CN=tokens", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>Every request for a token: the scopes asked for, and who asked.</summary>
    public ConcurrentQueue<(string Scope, string User)> Requests { get; } = [];

    /// <summary>How long the registry takes a token, whatever the service says about it.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>What the service says about it.</summary>
    public int? StatedSeconds { get; set; } = 300;

    /// <summary>What a user is granted of the actions asked for.</summary>
    public Func<string, bool> Grants { get; set; } = _ => true;

    /// <summary>Answers with this status instead, as often as it is said.</summary>
    public (int Status, int Times) Failing { get; set; }

    /// <summary>The lines for the registry's configuration.</summary>
    public string Configuration => $"""
        token:
          realm: http://{_server!.Domain}/token
          service: a registry
          issuer: a token service
          rootcertbundle: {_folder.Combine("ca.pem")}
        """;

    public static async Task<TokenService> StartAsync()
    {
        var service = new TokenService();
        await File.WriteAllTextAsync(service._folder.Combine("ca.pem"), service._certificate.ExportCertificatePem());
        service._server = await LoopbackServer.StartAsync(service.HandleAsync);
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _certificate.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync() : null;
        var scopes = form is null
            ? context.Request.Query["scope"].SelectMany(x => x!.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray()
            : form["scope"].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var user = form is null ? BasicUser(context.Request.Headers.Authorization.ToString()) : form["grant_type"] == "refresh_token" && form["refresh_token"] == RefreshToken ? User : null;
        Requests.Enqueue((string.Join(' ', scopes), user ?? "?"));
        if (Failing.Times > 0)
        {
            Failing = Failing with { Times = Failing.Times - 1 };
            context.Response.StatusCode = Failing.Status;
            return;
        }

        if (user is null)
        {
            context.Response.StatusCode = 401;
            await context.Response.WriteAsync("""{"errors":[{"code":"UNAUTHORIZED","message":"incorrect username or password"}]}""");
            return;
        }

        var answer = new JsonObject { [form is null ? "token" : "access_token"] = Issue(user, scopes) };
        if (StatedSeconds is not null) answer["expires_in"] = StatedSeconds;
        await context.Response.WriteAsync(answer.ToJsonString());
    }

    private static string? BasicUser(string header)
    {
        if (header.Length == 0) return "";
        var parts = Encoding.UTF8.GetString(Convert.FromBase64String(header["Basic ".Length..])).Split(':', 2);
        return parts is [User, Password] ? User : null;
    }

    private string Issue(string user, IEnumerable<string> scopes)
    {
        var now = DateTimeOffset.UtcNow;
        var access = scopes.Select(x => x.Split(':')).Select(x => new JsonObject
        {
            ["type"] = x[0],
            ["name"] = x[1],
            ["actions"] = new JsonArray([.. x[2].Split(',').Where(action => (user.Length > 0 || action == "pull") && Grants(action)).Select(action => (JsonNode)action)]),
        });
        var header = new JsonObject { ["typ"] = "JWT", ["alg"] = "RS256", ["x5c"] = new JsonArray(Convert.ToBase64String(_certificate.RawData)) };
        var claims = new JsonObject
        {
            ["iss"] = "a token service",
            ["sub"] = user,
            ["aud"] = "a registry",
            ["exp"] = (now + Lifetime - Leeway).ToUnixTimeSeconds(),
            ["nbf"] = (now - TimeSpan.FromMinutes(10)).ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["jti"] = Guid.NewGuid().ToString(),
            ["access"] = new JsonArray([.. access]),
        };
        var text = $"{Encode(header)}.{Encode(claims)}";
        return $"{text}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
}
