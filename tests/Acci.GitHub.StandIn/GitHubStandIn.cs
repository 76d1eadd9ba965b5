using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Acci.GitHub.StandIn;

/// <summary>
/// A stand-in for GitHub's API, not GitHub: a web server on loopback that holds every request, and every answer it gives itself, to GitHub's published description.
/// What it knows it has in memory, and it plays only what a delivery needs. A request that is not as described is answered with an error and kept in
/// <see cref="Violations"/>.
/// </summary>
public sealed class GitHubStandIn : IAsyncDisposable
{
    // Source: "Getting started with the REST API", section "Media types".
    private static readonly string[] MediaTypes = ["application/json", "application/vnd.github", "application/octet-stream", "*/*"];

    private readonly WebApplication _application;
    private readonly ApiDescription _description;
    private readonly Dictionary<string, Func<RecordedRequest, ApiOperation, Answer>> _handlers;
    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<RecordedRequest> _requests = [];
    private readonly ConcurrentQueue<string> _violations = [];
    private readonly List<Fault> _faults = [];

    private GitHubStandIn(WebApplication application, ApiDescription description)
    {
        (_application, _description) = (application, description);
        _handlers = new Dictionary<string, Func<RecordedRequest, ApiOperation, Answer>>(
        [
            .. RepositoryEndpoints.Of(this), .. ReleaseEndpoints.Of(this), .. PackageEndpoints.Of(this), .. CodeScanningEndpoints.Of(this),
        ]);
    }

    /// <summary>Its address, the value of GITHUB_API_URL.</summary>
    public string Url => _application.Urls.First();

    /// <summary>The repositories, by <c>owner/name</c>.</summary>
    public ConcurrentDictionary<string, Repository> Repositories { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The container packages.</summary>
    public ConcurrentBag<Package> Packages { get; } = [];

    /// <summary>The owners that are users; all others are organizations.</summary>
    public ISet<string> Users { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whose token it is; none for the token of a workflow, which is nobody's.</summary>
    public string? TokenOwner { get; set; }

    /// <summary>Every request in the order it came.</summary>
    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    /// <summary>In what requests and answers were not as GitHub's description has them.</summary>
    public IReadOnlyList<string> Violations => [.. _violations];

    /// <summary>Starts it.</summary>
    /// <param name="port">The port on 127.0.0.1; 0 for any that is free.</param>
    public static async Task<GitHubStandIn> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        var application = builder.Build();
        var standIn = new GitHubStandIn(application, await ApiDescription.LoadAsync());
        application.Run(standIn.HandleAsync);
        await application.StartAsync();
        return standIn;
    }

    /// <summary>The token of a workflow's job that may do this, by permission: <c>read</c> or <c>write</c>. Tokens of any other form may do everything.</summary>
    public static string TokenThatMay(IEnumerable<KeyValuePair<string, string>> permissions) => TokenPermissions.Of(permissions);

    /// <summary>A repository, made when it is first asked for.</summary>
    public Repository AddRepository(string fullName) => Repositories.GetOrAdd(fullName, name => new Repository(name));

    /// <summary>Adds a container package.</summary>
    public Package AddPackage(string owner, string name)
    {
        var package = new Package(owner, name);
        Packages.Add(package);
        return package;
    }

    /// <summary>Lets something go wrong.</summary>
    public void Fail(Fault fault)
    {
        lock (_faults) _faults.Add(fault);
    }

    /// <summary>Lets nothing go wrong any more.</summary>
    public void Recover()
    {
        lock (_faults) _faults.Clear();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var found = _description.Find(context.Request.Method, target.Split('?')[0]);
        var request = await ReadAsync(context, target, found?.Operation.Id ?? "", found?.Values ?? new Dictionary<string, string>());
        _requests.Enqueue(request);

        var fault = FaultOf(request);
        if (fault is not null) await Task.Delay(fault.Delay, context.RequestAborted);
        if (fault is null or { IsOnlySlow: true })
        {
            await WriteAsync(context, Play(request, found?.Operation));
            return;
        }

        if (fault.AfterIsDone) Play(request, found?.Operation);
        if (fault.Status == 0)
        {
            context.Abort();
            return;
        }

        var answer = Answer.Error(fault.Status, fault.Message);
        foreach (var (name, value) in fault.Headers) answer.Headers[name] = value;
        await WriteAsync(context, answer);
    }

    private Answer Play(RecordedRequest request, ApiOperation? operation)
    {
        if (operation is null) return Violation(request, "GitHub's description has no such operation", Answer.NotFound());
        var problems = ProblemsOfHeaders(request).Concat(operation.ProblemsOf(request)).ToList();
        if (problems.Count > 0) return Violation(request, string.Join("; ", problems), Answer.Error(400, $"This stand-in for GitHub takes only what GitHub describes: {string.Join("; ", problems)}"));
        if (!request.Headers.ContainsKey("authorization")) return Answer.Error(401, "Requires authentication");
        if (!TokenPermissions.Allow(request)) return Answer.Error(403, "Resource not accessible by integration");
        if (!_handlers.TryGetValue(operation.Id, out var handler)) return Violation(request, "this stand-in does not play it", Answer.Error(501, "This stand-in for GitHub does not play that"));

        Answer answer;
        lock (_gate) answer = handler(request, operation);
        var wrong = operation.ProblemsOf(answer).ToList();
        return wrong.Count == 0 ? answer : Violation(request, $"the stand-in's own answer is wrong: {string.Join("; ", wrong)}", Answer.Error(500, "The stand-in's own answer is wrong"));
    }

    private Answer Violation(RecordedRequest request, string problem, Answer answer)
    {
        _violations.Enqueue($"{request}: {problem}");
        return answer;
    }

    // Source: "Getting started with the REST API", sections "User agent required", "Accept", "Authentication".
    private static IEnumerable<string> ProblemsOfHeaders(RecordedRequest request)
    {
        if (!request.Headers.ContainsKey("user-agent")) yield return "the header User-Agent is missing";
        if (!request.Headers.TryGetValue("accept", out var accept)) yield return "the header Accept is missing";
        else if (!MediaTypes.Any(x => accept.Contains(x, StringComparison.Ordinal))) yield return $"there is nothing to be had as '{accept}'";
        if (request.Headers.TryGetValue("authorization", out var authorization) && authorization.Split(' ') is not ["Bearer" or "token" or "Token", { Length: > 0 }])
            yield return "the header Authorization is neither 'Bearer …' nor 'token …'";
    }

    private Fault? FaultOf(RecordedRequest request)
    {
        lock (_faults) return _faults.FirstOrDefault(x => x.Meets(request));
    }

    private async Task<RecordedRequest> ReadAsync(HttpContext context, string target, string operation, IReadOnlyDictionary<string, string> path)
    {
        using var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content);
        var bytes = content.ToArray();
        return new RecordedRequest
        {
            Operation = operation,
            Method = context.Request.Method,
            Target = target,
            Path = path,
            Query = context.Request.Query.ToDictionary(x => x.Key, x => x.Value.ToString()),
            Headers = context.Request.Headers.ToDictionary(x => x.Key.ToLowerInvariant(), x => x.Value.ToString()),
            Bytes = bytes,
            Body = BodyOf(context.Request, bytes),
            Server = $"{Url}/",
        };
    }

    private static JsonNode? BodyOf(HttpRequest request, byte[] bytes)
    {
        if (bytes.Length == 0 || request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) != true) return null;
        try
        {
            return JsonNode.Parse(bytes);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task WriteAsync(HttpContext context, Answer answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.Headers["X-Stand-In"] = "not GitHub";
        foreach (var (name, value) in answer.Headers) context.Response.Headers[name] = value;
        if (answer.Status == StatusCodes.Status204NoContent) return;
        context.Response.ContentType = answer.Bytes is null ? "application/json; charset=utf-8" : "application/octet-stream";
        await context.Response.Body.WriteAsync(answer.Bytes ?? JsonSerializer.SerializeToUtf8Bytes(answer.Body));
    }
}
