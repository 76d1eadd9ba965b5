using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Acci.Delivery.Processes;
using Acci.Delivery.Signing;
using Acci.Oci.Retries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Delivery.Tests.Signing;

public class WorkflowIdentityTests
{
    private const string Called = "acci/acci/.github/workflows/publish-images.yml@refs/tags/v1";

    private const string Issuer = "https://token.actions.githubusercontent.com/octo-enterprise";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_called_workflow_signs_as_itself_and_not_as_its_caller()
    {
        await using var service = await LoopbackServer.StartAsync(async context =>
        {
            Assert.Equal(("Bearer abc", "sigstore", "2"), ($"{context.Request.Headers.Authorization}", $"{context.Request.Query["audience"]}", $"{context.Request.Query["api-version"]}"));
            const string caller = "octo/app/.github/workflows/ci.yml@refs/heads/main";
            var claims = new { job_workflow_ref = Called, workflow_ref = caller, repository = "octo/app", @ref = "refs/pull/7/merge", iss = Issuer };
            await context.Response.WriteAsJsonAsync(new { value = Token(claims) });
        });

        var tokens = TokensOf($"http://{service.Domain}/token?api-version=2", "abc");

        Assert.Equal(new WorkflowIdentity(Called, new WorkflowSource("octo/app", Issuer) { Ref = "refs/pull/7/merge" }, IsPublic: true), WorkflowIdentity.Read(await tokens.AskAsync(Cancellation)));
    }

    [Theory]
    [InlineData(401, "{}", "`permissions: id-token: write`")]
    [InlineData(403, "{}", "`permissions: id-token: write`")]
    [InlineData(404, "{}", "answered 404")]
    [InlineData(200, "{}", "holds no identity token")]
    [InlineData(200, "not JSON", "holds no identity token")]
    [InlineData(200, """{"value":"a"}""", "does not name a workflow")]
    [InlineData(200, """{"value":"a.e30.c"}""", "does not name a workflow")]
    [InlineData(200, """{"value":"a.eyJqb2Jfd29ya2Zsb3dfcmVmIjoiYSIsInJlcG9zaXRvcnkiOiJvY3RvL2FwcCIsImlzcyI6Im5vIGFkZHJlc3MifQ.c"}""", "does not name a workflow")]
    public async Task Without_a_token_it_is_said_why_and_permissions_are_blamed_only_for_a_refusal(int status, string answer, string problem)
    {
        await using var service = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(answer, Cancellation);
        });

        var tokens = TokensOf($"http://{service.Domain}/token?a=b", "abc");
        var failure = await Assert.ThrowsAnyAsync<DeliveryException>(async () => WorkflowIdentity.Read(await tokens.AskAsync(Cancellation)));

        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
        Assert.Equal(status is 401 or 403, failure.Message.Contains("id-token", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("file:///token?a=b", "abc")]
    [InlineData("ftp://127.0.0.1/token?a=b", "abc")]
    [InlineData("/token?a=b", "abc")]
    [InlineData("token", "abc")]
    [InlineData("http://[bad?a=b", "abc")]
    [InlineData("http://127.0.0.1:1/token?a=b", "a-secret\nline")]
    [InlineData("http://127.0.0.1:1/token?a=b", "a-secr\u00e9t")]
    public void What_a_token_cannot_be_asked_for_with_is_named_and_no_secret_is_shown(string address, string bearer)
    {
        var error = Assert.Throws<DeliveryException>(() => TokensOf(address, bearer)).Message;

        var named = bearer == "abc" ? $"ACTIONS_ID_TOKEN_REQUEST_URL is '{address}'" : "ACTIONS_ID_TOKEN_REQUEST_TOKEN has";
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secr", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    [Theory]
    [InlineData("file:///etc/hostname", "answered 302")]
    [InlineData("ftp://127.0.0.1/", "answered 302")]
    [InlineData("https://elsewhere.example.com/", "answered 302")]
    [InlineData(null, "1048576")]
    public async Task What_is_no_answer_for_a_job_is_said_at_once(string? location, string problem)
    {
        var requests = 0;
        await using var service = await LoopbackServer.StartAsync(async context =>
        {
            Interlocked.Increment(ref requests);
            if (location is not null)
            {
                context.Response.StatusCode = 302;
                context.Response.Headers.Location = location;
                return;
            }

            await context.Response.WriteAsync(new string(' ', 3_000_000), Cancellation);
        });

        var error = await Assert.ThrowsAsync<SigstoreException>(() => TokensOf($"http://{service.Domain}/token?a=b", "abc").AskAsync(Cancellation));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(1, requests);
    }

    [Theory]
    [InlineData(true, "certificate")]
    [InlineData(false, "frame")]
    public async Task A_service_whose_TLS_fails_is_named_with_the_reason(bool hasCertificate, string problem)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var own = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.Now.AddDays(-1), DateTimeOffset.Now.AddDays(1));
        using var certificate = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pfx), null);
        await using var service = await LoopbackServer.StartAsync(_ => Task.CompletedTask, hasCertificate ? certificate : null);

        var error = await Assert.ThrowsAsync<SigstoreException>(() => TokensOf($"https://{service.Domain}/token?a=b", "abc").AskAsync(Cancellation));

        Assert.Contains($"GitHub's token service at {service.Domain} gave no identity token", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    private static IdentityTokens TokensOf(string address, string bearer) => IdentityTokens.Of(
        ProcessEnvironment.Empty.With(("ACTIONS_ID_TOKEN_REQUEST_URL", address), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", bearer)),
        new RetryOptions { Budget = TimeSpan.FromSeconds(5) });

    private static string Token(object claims) => $"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(claims)))}.c2ln";
}
