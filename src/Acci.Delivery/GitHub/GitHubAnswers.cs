using System.Text.Json;
using System.Text.RegularExpressions;

namespace Acci.Delivery.GitHub;

/// <summary>
/// What Octokit takes as it comes, and is not to be taken from every server. Its clients send JSON and call it a form, which GitHub overlooks; they take any amount
/// of data for an answer, and a compressed one may be a thousand times larger than what was sent; they read values nested without end, follow pages without end, and
/// send the token to wherever the next page is said to be.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="inner">What sends.</param>
internal sealed partial class GitHubAnswers(GitHubServer server, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const int Largest = 64 * 1024 * 1024;
    private const int MostPages = 1000;
    private const int MostLevels = 64;

    private static readonly AsyncLocal<HashSet<string>?> Pages = new();

    /// <summary>Begins a question: the pages of the one before do not count.</summary>
    public static void BeginList() => Pages.Value = [];

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        if (request.Headers.Authorization is not null && !server.IsOwn(address))
            throw new DeliveryException($"{server} sends its token on to {address.Scheme}://{address.Authority}, which is not its own. Check GITHUB_API_URL, and the proxies on the way.");
        if (request.Content?.Headers.ContentType is { MediaType: "application/x-www-form-urlencoded" } type) type.MediaType = "application/json";
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            CompleteRedirect(address, response);
            CheckNextPage(address, response);
            await response.Content.LoadIntoBufferAsync(Largest, cancellationToken);
            Check(address, await response.Content.ReadAsByteArrayAsync(cancellationToken), response.IsSuccessStatusCode);
            return response;
        }
        catch (Exception exception) when (exception is DeliveryException or HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded })
        {
            response.Dispose();
            if (exception is DeliveryException) throw;
            throw new DeliveryException(
                $"{address.Host} answered {address.AbsolutePath} with more than {Largest / 1024 / 1024} MiB. Check GITHUB_API_URL.", exception);
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
                $"{asked.Authority} redirects {asked.AbsolutePath} to {target.Scheme}://{target.Authority}, and the API of GitHub is on https. "
                + "Check GITHUB_API_URL, and the proxies on the way.");
        }

        response.Headers.Location = target;
    }

    // Source: GitHub's documentation, "Using pagination in the REST API".
    private void CheckNextPage(Uri asked, HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Link", out var links) || NextPage().Match(string.Join(',', links)) is not { Success: true } match) return;
        var next = match.Groups["address"].Value;
        if (!Uri.TryCreate(server.Api, next, out var address) || !server.IsOwn(address))
        {
            throw new DeliveryException(
                $"{asked.Authority} says that {asked.AbsolutePath} goes on at {next}, which is not on {server.Api.Authority}. "
                + "Check GITHUB_API_URL, and the proxies on the way.");
        }

        if (Pages.Value is not { } pages) return;
        var isNew = pages.Add(address.PathAndQuery);
        if (!isNew || address == asked || pages.Count > MostPages)
        {
            throw new DeliveryException(
                $"{asked.Authority} lists {asked.AbsolutePath} without an end: {(isNew && address != asked ? $"more than {MostPages} pages" : $"{address.PathAndQuery} is its next page twice")}. "
                + "Check GITHUB_API_URL, and the proxies on the way.");
        }
    }

    // Octokit's reader calls itself for every level. What is no JSON it says itself.
    private static void Check(Uri asked, ReadOnlySpan<byte> body, bool isSuccess)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MostLevels });
        var isFirst = true;
        try
        {
            while (reader.Read())
            {
                if (isFirst && isSuccess && reader.TokenType == JsonTokenType.Null) throw Foreign("it is null");
                isFirst = false;
            }
        }
        catch (JsonException) when (reader.CurrentDepth >= MostLevels - 1)
        {
            throw Foreign("its values are nested too deeply");
        }
        catch (JsonException)
        {
            // No JSON, or not all of it is.
        }

        DeliveryException Foreign(string problem) => new(
            $"{asked.Host} was asked for {asked.AbsolutePath}, and its answer is not GitHub's: {problem}. Check GITHUB_API_URL, and the proxies on the way.");
    }

    [GeneratedRegex("<(?<address>[^>]*)>\\s*;[^,]*\\brel=\"?next\\b", RegexOptions.IgnoreCase)]
    private static partial Regex NextPage();
}
