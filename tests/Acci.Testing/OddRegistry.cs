using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Acci.Oci;
using Acci.Oci.Manifests;
using Microsoft.AspNetCore.Http;

namespace Acci.Testing;

/// <summary>
/// A registry in memory that does one thing otherwise. It asks for a login by its own token service, <c>ada</c> with the password <c>secret</c> or
/// <c>s3cr3t</c>,
/// and for the right scopes. Source of what it does else: OCI distribution specification 1.1.
/// </summary>
public sealed partial class OddRegistry : IAsyncDisposable
{
    /// <summary>Tags on a page; it takes at most as many to be asked for.</summary>
    public const int PageSize = 2;

    private readonly Oddity _oddity;
    private readonly ConcurrentDictionary<string, byte[]> _blobs = [];
    private readonly ConcurrentDictionary<string, (string Type, byte[] Content)> _manifests = [];
    private readonly ConcurrentDictionary<string, byte[]> _uploads = [];
    private LoopbackServer? _server;

    private OddRegistry(Oddity oddity) => _oddity = oddity;

    public string Domain => _server!.Domain;

    /// <summary>Every request so far: method, path and query.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public static async Task<OddRegistry> StartAsync(Oddity oddity)
    {
        var registry = new OddRegistry(oddity);
        registry._server = await LoopbackServer.StartAsync(registry.HandleAsync);
        return registry;
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private bool HasReferrersApi => _oddity is not (Oddity.NoReferrersApi or Oddity.ReferrersNotImplemented or Oddity.ReferrersAreSubject
        or Oddity.TagIsSubject or Oddity.TagIsImage or Oddity.TagIsNoJson or Oddity.TagHasNull);

    private async Task HandleAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        Requests.Enqueue($"{request.Method} {request.Path}{request.QueryString}");
        if (_oddity == Oddity.Warns) response.Headers.Append("Warning", "299 - \"say \\\"goodbye\\\" to this registry\"");
        if (request.Path == "/token") await TokenAsync(request, response);
        else if (request.Path == "/v2/") await EndAsync(response, IsAllowed(request, "") ? 200 : 401);
        else if (Path().Match(request.Path) is not { Success: true } path) await EndAsync(response, 404);
        else if (!IsAllowed(request, $"{path.Groups["name"]}")) await EndAsync(response, 401);
        else if (request.Headers.Expect.Count > 0 && _oddity == Oddity.ExpectationFails) await EndAsync(response, 417);
        else await AnswerAsync(request, response, path.Groups["name"].Value, path.Groups["kind"].Value, path.Groups["rest"].Value);
    }

    private Task AnswerAsync(HttpRequest request, HttpResponse response, string name, string kind, string rest)
    {
        if (_oddity == Oddity.Redirects && IsRead(request) && kind is "blobs" or "manifests" && !request.Query.ContainsKey("moved"))
        {
            response.Headers.Location = $"{request.Path}?moved=1";
            return EndAsync(response, 307);
        }

        return kind switch
        {
            "tags" => TagsAsync(request, response, name),
            "referrers" => ReferrersAsync(response, name, rest),
            "manifests" => ManifestAsync(request, response, name, rest),
            _ when rest.StartsWith("uploads", StringComparison.Ordinal) => UploadAsync(request, response, name, rest["uploads/".Length..]),
            _ => BlobAsync(request, response, $"{name}@{rest}"),
        };
    }

    private async Task TokenAsync(HttpRequest request, HttpResponse response)
    {
        var scopes = request.Query["scope"];
        // What a test gives as a password is masked in the messages of all others in its process: beside those whose messages have the word it gives
        // the second one.
        var isAda = new[] { "ada:secret", "ada:s3cr3t" }.Any(x => request.Headers.Authorization == $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(x))}");
        if (!isAda || (_oddity == Oddity.OneScope && scopes.Count > 1))
        {
            await EndAsync(response, isAda ? 400 : 401);
            return;
        }

        var token = Convert.ToBase64String(Encoding.UTF8.GetBytes($"odd {string.Join(' ', scopes.ToArray())}"));
        var answer = new JsonObject { ["token"] = token, ["expires_in"] = _oddity == Oddity.LifetimeIsText ? "300" : 300 };
        if (_oddity == Oddity.TokenEmpty) (answer["token"], answer["access_token"]) = ("", token);
        await WriteAsync(request, response, 200, "application/json", Encoding.UTF8.GetBytes(answer.ToJsonString()));
    }

    private bool IsAllowed(HttpRequest request, string name)
    {
        var action = IsRead(request) ? "pull" : HttpMethods.IsDelete(request.Method) ? "delete" : "push";
        if (IsAllowed(request, name, action)) return true;
        if (_oddity == Oddity.NoChallenge) return false;
        var scope = name.Length == 0 ? "" : $",scope=\"repository:{name}:{action}\"";
        request.HttpContext.Response.Headers.WWWAuthenticate = $"Bearer realm=\"http://{request.Host}/token\",service=\"odd\"{scope}";
        return false;
    }

    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    // A token is the scopes it was issued for.
    private static bool IsAllowed(HttpRequest request, string name, string action)
    {
        if (request.Headers.Authorization is not [{ } header] || !header.StartsWith("Bearer ", StringComparison.Ordinal)) return false;
        var scopes = Encoding.UTF8.GetString(Convert.FromBase64String(header["Bearer ".Length..])).Split(' ');
        return name.Length == 0 || scopes.Any(x => x.Split(':') is [_, var path, var actions] && path == name && actions.Split(',').Contains(action));
    }

    private Task TagsAsync(HttpRequest request, HttpResponse response, string name)
    {
        var size = request.Query["n"] is [{ } n] ? int.Parse(n, CultureInfo.InvariantCulture) : PageSize;
        if (_oddity == Oddity.PageSizeRefused && size > PageSize) return EndAsync(response, 400, "PAGINATION_NUMBER_INVALID");
        size = _oddity == Oddity.NoLink ? size : Math.Min(size, PageSize);
        var last = request.Query["last"] is [{ } text] ? text.Split(',')[0] : "";
        if (last.Length > 0 && _oddity == Oddity.LaterPageMissing) return EndAsync(response, 404);
        var all = _manifests.Keys.Where(x => x.StartsWith($"{name}:", StringComparison.Ordinal)).Select(x => x[(name.Length + 1)..]);
        var left = all.Where(x => string.CompareOrdinal(x, last) > 0).Order(StringComparer.Ordinal).ToList();
        var page = left.Take(size).ToList();
        if (left.Count > size)
        {
            var address = $"{request.Path}?n={size}&last={page[^1]}";
            response.Headers.Link = _oddity switch
            {
                Oddity.NoLink => default,
                Oddity.LinkWithComma => $"<{request.Path}>; rel=\"prev\", <{address},1>; title=\"a, b\"; rel=\"last next\"",
                Oddity.LinkInFull => $"<http://{request.Host}{address}>; rel=next",
                Oddity.LinkOfQuery => $"<?n={size}&last={page[^1]}>; rel=\"next\"",
                Oddity.PageNamesItself => $"<{request.Path}{(last.Length == 0 ? $"?last={page[^1]}" : request.QueryString)}>; rel=\"next\"",
                _ => $"<{address}>; rel=\"next\"",
            };
        }

        var tags = page.Count == 0 && _oddity == Oddity.TagsNull ? "null" : $"[{string.Join(',', page.Select(x => $"\"{x}\""))}]";
        return WriteAsync(request, response, 200, "application/json", Encoding.UTF8.GetBytes($$"""{"name":"{{name}}","tags":{{tags}}}"""));
    }

    private Task ReferrersAsync(HttpResponse response, string name, string digest)
    {
        if (_oddity == Oddity.ReferrersAreSubject && _manifests.TryGetValue($"{name}@{digest}", out var subject))
            return WriteAsync(response.HttpContext.Request, response, 200, MediaTypes.ImageIndex, subject.Content);
        if (!HasReferrersApi) return EndAsync(response, _oddity == Oddity.ReferrersNotImplemented ? 501 : 404);
        var entries = _manifests.Where(x => x.Key.StartsWith($"{name}@", StringComparison.Ordinal))
            .Select(x => Manifest.Parse(x.Value.Content, x.Value.Type, x.Key)).Where(x => x.Subject?.Digest.ToString() == digest)
            .Select(x => x.Descriptor)
            .Select(x => $$"""{"mediaType":"{{x.MediaType}}","digest":"{{x.Digest}}","size":{{x.Size}},"artifactType":"{{x.ArtifactType}}"}""");
        var list = $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.ImageIndex}}","manifests":[{{string.Join(',', entries)}}]}""";
        return WriteAsync(response.HttpContext.Request, response, 200, MediaTypes.ImageIndex, Encoding.UTF8.GetBytes(list));
    }

    private async Task ManifestAsync(HttpRequest request, HttpResponse response, string name, string reference)
    {
        var key = reference.Contains(':', StringComparison.Ordinal) ? $"{name}@{reference}" : $"{name}:{reference}";
        if (HttpMethods.IsPut(request.Method))
        {
            await PutAsync(request, response, name, key);
            return;
        }

        if (HttpMethods.IsDelete(request.Method))
        {
            var isTag = key.StartsWith($"{name}:", StringComparison.Ordinal);
            var status = isTag && _oddity == Oddity.DeleteNotImplemented ? 501 : _manifests.TryRemove(key, out _) ? 202 : 404;
            await EndAsync(response, status);
            return;
        }

        var found = _manifests.TryGetValue(key, out var stored) ? stored : SpecialAt(name, reference);
        if (found is null)
        {
            await EndAsync(response, 404, "MANIFEST_UNKNOWN");
            return;
        }

        var (type, content) = found.Value;
        if (_oddity == Oddity.IndexAndImage && key.StartsWith($"{name}:", StringComparison.Ordinal))
        {
            var layers = $"\"layers\":[{{\"mediaType\":\"x\",\"digest\":\"{Digest.Of([])}\",\"size\":0}}],\"manifests\"";
            content = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content).Replace("\"manifests\"", layers, StringComparison.Ordinal));
        }

        response.Headers["Docker-Content-Digest"] = Digest.Of(content).ToString();
        if (_oddity == Oddity.OtherContentType && HttpMethods.IsGet(request.Method))
            type = type == MediaTypes.ImageIndex ? MediaTypes.DockerManifestList : MediaTypes.DockerManifest;
        await WriteAsync(request, response, 200, type, content);
    }

    // What another program has under the tags of lists of referrers.
    private (string Type, byte[] Content)? SpecialAt(string name, string tag)
    {
        if (!tag.StartsWith("sha256-", StringComparison.Ordinal) || tag.Contains('.', StringComparison.Ordinal)) return null;
        return _oddity switch
        {
            Oddity.TagIsSubject => _manifests.TryGetValue($"{name}@sha256:{tag["sha256-".Length..]}", out var subject) ? subject : null,
            Oddity.TagIsImage => Of(MediaTypes.ImageManifest, $$""" "config":{"mediaType":"x","digest":"{{Digest.Of([])}}","size":0},"layers":[]"""),
            Oddity.TagIsNoJson => (MediaTypes.ImageIndex, "no JSON"u8.ToArray()),
            Oddity.TagHasNull => Of(MediaTypes.ImageIndex, "\"manifests\":null"),
            _ => null,
        };

        static (string, byte[]) Of(string type, string members) =>
            (type, Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{type}}",{{members}}}"""));
    }

    private async Task PutAsync(HttpRequest request, HttpResponse response, string name, string key)
    {
        var content = await BodyAsync(request);
        var isOther = _manifests.TryGetValue(key, out var old) && !old.Content.AsSpan().SequenceEqual(content);
        if (isOther && _oddity == Oddity.TagsImmutable && key.StartsWith($"{name}:", StringComparison.Ordinal))
        {
            await EndAsync(response, 409, "TAG_IMMUTABLE");
            return;
        }

        var manifest = Manifest.Parse(content, request.ContentType, key);
        _manifests[key] = (manifest.MediaType, content);
        _manifests[$"{name}@{manifest.Digest}"] = (manifest.MediaType, content);
        response.Headers["Docker-Content-Digest"] = manifest.Digest.ToString();
        if (manifest.Subject is { } subject && HasReferrersApi) response.Headers["OCI-Subject"] = subject.Digest.ToString();
        await EndAsync(response, 201);
    }

    private Task BlobAsync(HttpRequest request, HttpResponse response, string key) =>
        _blobs.TryGetValue(key, out var content)
            ? WriteAsync(request, response, 200, "application/octet-stream", content)
            : EndAsync(response, 404, "BLOB_UNKNOWN");

    private async Task UploadAsync(HttpRequest request, HttpResponse response, string name, string session)
    {
        if (HttpMethods.IsPost(request.Method))
        {
            await EndAsync(response, BeginUpload(request, response, name));
            return;
        }

        if (HttpMethods.IsDelete(request.Method) || !_uploads.TryGetValue(session, out var before))
        {
            await EndAsync(response, _uploads.TryRemove(session, out _) ? 204 : 404, "BLOB_UPLOAD_UNKNOWN");
            return;
        }

        var content = before.Concat(await BodyAsync(request)).ToArray();
        var isChunk = HttpMethods.IsPatch(request.Method);
        if (isChunk && _oddity == Oddity.ChunksRefused)
        {
            await EndAsync(response, 416);
        }
        else if (_oddity == (isChunk ? before.Length > 0 ? Oddity.SecondChunkLost : Oddity.ChunksRefused : Oddity.FinishLost))
        {
            _uploads.TryRemove(session, out _);
            await EndAsync(response, 404, "BLOB_UPLOAD_UNKNOWN");
        }
        else if (HttpMethods.IsPut(request.Method))
        {
            _uploads.TryRemove(session, out _);
            var isWhole = Digest.Of(content).ToString() == request.Query["digest"] && _oddity != Oddity.FinishDamaged;
            if (isWhole) _blobs[$"{name}@{request.Query["digest"]}"] = content;
            await EndAsync(response, isWhole ? 201 : 400, "DIGEST_INVALID");
        }
        else
        {
            _uploads[session] = content;
            (response.Headers.Location, response.Headers.Range) = ($"{request.Path}", $"0-{Math.Max(0, content.Length - 1)}");
            await EndAsync(response, isChunk ? 202 : 204);
        }
    }

    private int BeginUpload(HttpRequest request, HttpResponse response, string name)
    {
        if (request.Query["mount"] is [{ } digest])
        {
            switch (_oddity)
            {
                case Oddity.MountIsBad: return 400;
                case Oddity.MountNotAllowed: return 405;
                case Oddity.MountFails: return 500;
                case Oddity.MountSaysNoPlace: return 202;
            }

            if (request.Query["from"] is [{ } from] && _blobs.TryGetValue($"{from}@{digest}", out var blob) && IsAllowed(request, from, "pull"))
            {
                _blobs[$"{name}@{digest}"] = blob;
                return 201;
            }
        }

        var session = $"{Guid.NewGuid():n}";
        _uploads[session] = [];
        response.Headers.Location = $"/v2/{name}/blobs/uploads/{session}";
        return 202;
    }

    private async Task WriteAsync(HttpRequest request, HttpResponse response, int status, string type, byte[] content)
    {
        var isHead = HttpMethods.IsHead(request.Method);
        if (isHead && _oddity is Oddity.HeadNotAllowed or Oddity.HeadFindsNothing)
        {
            response.Headers.Clear();
            response.StatusCode = _oddity == Oddity.HeadNotAllowed ? 405 : 404;
            return;
        }

        response.StatusCode = status;
        if (isHead && _oddity == Oddity.HeadIsBare)
        {
            response.Headers.Clear();
            return;
        }

        (response.ContentType, response.ContentLength) = (type, content.Length);
        if (!isHead) await response.Body.WriteAsync(content);
    }

    private static async Task EndAsync(HttpResponse response, int status, string? code = null)
    {
        response.StatusCode = status;
        if (status >= 400 && code is not null && !HttpMethods.IsHead(response.HttpContext.Request.Method))
            await response.WriteAsync($$"""{"errors":[{"code":"{{code}}","message":"odd"}]}""");
    }

    private static async Task<byte[]> BodyAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    [GeneratedRegex("^/v2/(?<name>.+)/(?<kind>tags|referrers|manifests|blobs)/(?<rest>.*)$")]
    private static partial Regex Path();
}
