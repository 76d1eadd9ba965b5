using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Acci.Tests;

/// <summary>What an answer must look like.</summary>
internal static class Answers
{
    /// <summary>What <c>acci healthcheck</c> says of a port that nothing listens on. On a slow machine its patience, counted from its start, ends before it has asked.</summary>
    public static void NobodyListens(string port, string error) =>
        Assert.Matches($@"^{AppSettings.AppName}: no answer on port {port}(: nothing listens there| within 1\.8 s)\.$", error.TrimEnd());

    /// <summary>The answer is a problem (RFC 9457) of that status, names a trace, and shows nothing of the app's inside.</summary>
    public static async Task<JsonElement> ProblemAsync(HttpResponseMessage response, HttpStatusCode status, string? detail = null)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(status == response.StatusCode, $"{(int)status} was expected, {(int)response.StatusCode} came: {text}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
            Assert.NotEmpty(problem.GetProperty("title").GetString()!);
            Assert.NotEmpty(problem.GetProperty("traceId").GetString()!);
            foreach (var inside in new[] { "   at ", "Exception", "Npgsql", "Acci.", "System." })
                Assert.DoesNotContain(inside, text, StringComparison.Ordinal);
            if (detail is not null)
                Assert.Equal(detail, problem.GetProperty("detail").GetString());
            return problem;
        }
    }
}
