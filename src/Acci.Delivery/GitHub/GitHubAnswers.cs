using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Acci.Delivery.GitHub;

/// <summary>
/// Checks what Octokit does not check. It sends JSON as a form, which GitHub overlooks; it reads answers of any size, and a compressed one may be a thousand
/// times larger than what was sent; it reads values that are nested without end, follows pages without end, and sends the token to any host that a next page names.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="inner">What sends.</param>
/// <param name="time">The clock that a list's time is counted by.</param>
internal sealed class GitHubAnswers(GitHubServer server, HttpMessageHandler inner, TimeProvider time) : DelegatingHandler(inner)
{
    private const int Largest = 64 * 1024 * 1024;
    private const int LargestList = 2 * Largest;
    private const int MostPages = 1000;
    private const int MostValues = 5_000_000;
    private const int MostLevels = 64;
    private const string File = "application/octet-stream";
    private const string Remedy = "Check GITHUB_API_URL, and the proxies on the way.";

    private static readonly TimeSpan LongestList = TimeSpan.FromMinutes(10);
    private static readonly AsyncLocal<Question?> Asked = new();

    /// <summary>Begins a question: what was read for the one before does not count.</summary>
    public static void Begin(TimeProvider time) => Asked.Value = new Question(time.GetTimestamp());

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        if ((request.Headers.Authorization is not null || request.Content is not null) && !server.IsOwn(address))
        {
            throw new DeliveryException(
                $"{server} sends the build on to {address.Scheme}://{address.Authority}, which is not its own and must not get its token. {Remedy}");
        }

        if (request.Content?.Headers.ContentType is { MediaType: "application/x-www-form-urlencoded" } type) type.MediaType = "application/json";
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            CompleteRedirect(address, response);
            await response.Content.LoadIntoBufferAsync(Largest, cancellationToken);
            // A file is not read as JSON, whatever its server calls it.
            var isFile = response.IsSuccessStatusCode && request.Headers.Accept.Any(x => x.MediaType == File);
            if (isFile) response.Content.Headers.ContentType = new MediaTypeHeaderValue(File);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            var values = isFile ? 0 : Check(response, body);
            if (request.Method == HttpMethod.Get && response.IsSuccessStatusCode) Count(address, body.Length, values);
            return response;
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            response.Dispose();
            throw new DeliveryException(
                $"{address.Host} answered {address.AbsolutePath} with more than {Largest / 1024 / 1024} MiB. Check GITHUB_API_URL.", exception);
        }
        catch (Exception)
        {
            response.Dispose();
            throw;
        }
    }

    // Octokit follows redirects, but to full addresses only. The token stays with the host, and so must not go on in the clear.
    private static void CompleteRedirect(Uri asked, HttpResponseMessage response)
    {
        if (response.Headers.Location is not { } location || (int)response.StatusCode is < 300 or > 399) return;
        var target = new Uri(asked, location);
        if (target.Scheme != Uri.UriSchemeHttps && (target.Scheme != Uri.UriSchemeHttp || asked.Scheme != Uri.UriSchemeHttp))
        {
            throw new DeliveryException(
                $"{asked.Authority} redirects {asked.AbsolutePath} to {target.Scheme}://{target.Authority}, and the API of GitHub is on https. {Remedy}");
        }

        response.Headers.Location = target;
    }

    // A list goes on at the address that its answer names. Source: GitHub's documentation, "Using pagination in the REST API".
    private void Count(Uri asked, int size, int values)
    {
        if (Asked.Value is not { } question) return;
        (question.Size, question.Values) = (question.Size + size, question.Values + values);
        var problem = !question.Pages.Add(asked.PathAndQuery) ? $"{asked.PathAndQuery} comes twice"
            : question.Pages.Count > MostPages ? $"it has more than {MostPages} pages"
            : question.Size > LargestList ? $"it is larger than {LargestList / 1024 / 1024} MiB"
            : question.Values > MostValues ? string.Create(CultureInfo.InvariantCulture, $"it has more than {MostValues:#,0} values")
            : time.GetElapsedTime(question.Begun) > LongestList ? $"it did not end within {LongestList.TotalMinutes:0} minutes"
            : null;
        if (problem is not null) throw new DeliveryException($"{asked.Authority} lists {asked.AbsolutePath} without an end: {problem}. {Remedy}");
    }

    // Octokit takes an answer that it cannot read for an empty list, and its reader calls itself for every level.
    private static int Check(HttpResponseMessage response, ReadOnlyMemory<byte> body)
    {
        var (problem, values) = Look(body.Span);
        if (problem is null || response.StatusCode == HttpStatusCode.NoContent) return values;
        if (response.IsSuccessStatusCode) throw new JsonException(problem);
        // A refusal is one without its text, too.
        response.Content = new ByteArrayContent([]);
        return 0;
    }

    private static (string? Problem, int Values) Look(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MostLevels });
        try
        {
            var (first, tokens) = (JsonTokenType.None, 0);
            for (; reader.Read(); tokens++) first = tokens == 0 ? reader.TokenType : first;
            return (first == JsonTokenType.Null ? "it is null" : first == JsonTokenType.StartObject && tokens == 2 ? "it is empty" : null, tokens);
        }
        catch (JsonException)
        {
            return (reader.CurrentDepth >= MostLevels - 1 ? "its values are nested too deeply" : "it is not JSON", 0);
        }
    }

    /// <summary>What was read for one question.</summary>
    private sealed class Question(long begun)
    {
        public long Begun => begun;

        public HashSet<string> Pages { get; } = [];

        public long Size { get; set; }

        public long Values { get; set; }
    }
}
