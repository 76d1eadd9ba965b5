using System.Net;
using System.Runtime.Serialization;
using System.Text.Json;
using Acci.Delivery.Processes;
using Acci.Delivery.Versioning;
using Acci.Oci;
using Acci.Oci.Retries;
using Octokit;
using Octokit.Internal;

namespace Acci.Delivery.GitHub;

/// <summary>
/// GitHub's API, through Octokit: every call goes through <see cref="RunAsync{T}"/>, which repeats what failed for a reason that may pass (rate limits too), and turns
/// every other failure into an error that says what was asked, what was answered, and what the token lacks.
/// </summary>
public sealed class GitHubConnection : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(100);

    private readonly GitHubRepository? _repository;
    private readonly bool _hasToken;
    private readonly RetryPolicy _retry;
    private readonly HttpClientAdapter _http;
    private readonly GitHubClient _client;

    /// <summary>A connection.</summary>
    /// <param name="server">The server.</param>
    /// <param name="repository">The repository that is worked on; null where none is known.</param>
    /// <param name="token">The token, masked wherever text leaves the build; without one, whatever is asked is an error.</param>
    /// <param name="retry">How long failures that may pass are met with another attempt, and who is told.</param>
    public GitHubConnection(GitHubServer server, GitHubRepository? repository, string? token, RetryOptions? retry = null)
    {
        Redaction.Register(token);
        retry ??= new RetryOptions();
        (Server, _repository, _retry, Time) = (server, repository, new RetryPolicy(retry), retry.Time);
        _hasToken = !string.IsNullOrWhiteSpace(token);
        _http = new HttpClientAdapter(() => new GitHubAnswers(server, new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = ConnectTimeout,
            UseProxy = !server.Api.IsLoopback,
        }, retry.Time));
        var credentials = new InMemoryCredentialStore(_hasToken ? new Credentials(token!.Trim(), AuthenticationType.Bearer) : Credentials.Anonymous);
        _client = new GitHubClient(new Connection(new ProductHeaderValue("acci"), server.Api, credentials, _http, new SimpleJsonSerializer()));
        _client.SetRequestTimeout(retry.Budget > TimeSpan.Zero && retry.Budget < AnswerTimeout ? retry.Budget : AnswerTimeout);
    }

    /// <summary>The clock that ages and limits are counted by.</summary>
    internal TimeProvider Time { get; }

    /// <summary>The server.</summary>
    public GitHubServer Server { get; }

    /// <summary>The repository that is worked on.</summary>
    /// <exception cref="DeliveryException">It is not known.</exception>
    public GitHubRepository Repository => _repository
        ?? throw new DeliveryException($"Which repository on {Server} this is about is not known: git's remote 'origin' is not there, or is somewhere else. Set GITHUB_REPOSITORY to owner/name.");

    /// <summary>
    /// The connection that the environment describes: the server from GITHUB_API_URL, the repository from GITHUB_REPOSITORY, else from git's remote <c>origin</c>.
    /// </summary>
    /// <param name="root">A folder of the working tree.</param>
    /// <param name="token">The token.</param>
    /// <param name="environment">What names the server and, in a workflow, the repository.</param>
    /// <param name="retry">How long failures that may pass are met with another attempt, and who is told.</param>
    /// <param name="cancellationToken">Interrupts git.</param>
    /// <exception cref="DeliveryException">A variable holds what it cannot hold.</exception>
    public static async Task<GitHubConnection> OpenAsync(
        string root, string? token, ProcessEnvironment environment, RetryOptions? retry = null, CancellationToken cancellationToken = default)
    {
        var server = GitHubServer.Of(environment);
        var repository = environment.Find("GITHUB_REPOSITORY") is { } named
            ? GitHubRepository.Parse(named)
            : GitHubRepository.OfRemote(await new Git(root).OriginAsync(cancellationToken), server.Host);
        return new GitHubConnection(server, repository, token, retry);
    }

    /// <summary>Makes sure that GitHub can be asked for something.</summary>
    /// <param name="operation">As <see cref="RunAsync"/> takes it.</param>
    /// <param name="permission">As <see cref="RunAsync"/> takes it.</param>
    /// <exception cref="DeliveryException">There is no token.</exception>
    internal void EnsureHasToken(string operation, string permission)
    {
        if (!_hasToken)
            throw new DeliveryException($"{Server} is to be asked to {operation}, and there is no token: set GITHUB_TOKEN (in a workflow `env: GITHUB_TOKEN: ${{{{ github.token }}}}`, with `permissions: {permission}`).");
    }

    /// <summary>Asks GitHub for something.</summary>
    /// <param name="operation">What is asked for, as it goes on after "to": <c>list the releases of owner/name</c>.</param>
    /// <param name="permission">The permission it takes, as a workflow writes it: <c>contents: write</c>.</param>
    /// <param name="action">
    /// The call, and all that is made of its answer; it is made again when it failed for a reason that may pass, so it has to bear that.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="GitHubException">GitHub refused.</exception>
    /// <exception cref="DeliveryException">There is no token, GitHub cannot be reached, or it kept failing until the retry budget was used up.</exception>
    public async Task<T> RunAsync<T>(string operation, string permission, Func<IGitHubClient, Task<T>> action, CancellationToken cancellationToken = default)
    {
        EnsureHasToken(operation, permission);
        try
        {
            return await _retry.RunAsync($"{Server}: asked to {operation}", async attempt =>
            {
                try
                {
                    GitHubAnswers.Begin(Time);
                    return await action(_client).WaitAsync(attempt.CancellationToken);
                }
                catch (ApiException exception)
                {
                    throw (Exception?)ApiFailure.TryTransient(exception, Time.GetUtcNow()) ?? ApiFailure.Refusal(exception, Server, operation, permission);
                }
                catch (OperationCanceledException exception) when (!attempt.CancellationToken.IsCancellationRequested)
                {
                    // Octokit's own time limit looks like a cancellation.
                    throw new TransientException("no answer in time", innerException: exception);
                }
            }, cancellationToken);
        }
        catch (Exception exception) when (exception is JsonException or SerializationException or InvalidCastException or InvalidOperationException
            or NullReferenceException or ArgumentException or FormatException or OverflowException)
        {
            // Octokit, and what is made of its objects, take for granted what GitHub documents.
            throw new DeliveryException($"{Server} was asked to {operation}, and its answer is not GitHub's: {ProblemOf(exception)}. Check GITHUB_API_URL, and the proxies on the way.", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new DeliveryException($"{Server} could not be asked to {operation}: {exception.GetBaseException().Message.TrimEnd('.')}. Check the network, and GITHUB_API_URL.", exception);
        }
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(string operation, string permission, Func<IGitHubClient, Task> action, CancellationToken cancellationToken = default) => RunAsync(
        operation,
        permission,
        async client =>
        {
            await action(client);
            return true;
        },
        cancellationToken);

    /// <summary>Asks for something that may not be there.</summary>
    /// <inheritdoc cref="RunAsync{T}"/>
    /// <returns>The answer, or null when GitHub answers that there is no such thing.</returns>
    public async Task<T?> FindAsync<T>(string operation, string permission, Func<IGitHubClient, Task<T>> action, CancellationToken cancellationToken = default)
        where T : class
    {
        try
        {
            return await RunAsync(operation, permission, action, cancellationToken);
        }
        catch (GitHubException exception) when (exception.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    // What .NET says of a value of another type names types of this program.
    private static string ProblemOf(Exception exception) => exception switch
    {
        JsonException json => JsonProblem.TextOf(json),
        SerializationException => "it is not JSON",
        InvalidOperationException when exception.Message.Contains("redirect", StringComparison.OrdinalIgnoreCase) => "it redirects again and again",
        _ => "it is JSON of another form than GitHub documents",
    };
}
