using System.Buffers.Text;
using System.Text;
using System.Text.Json;
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
            var claims = new { job_workflow_ref = Called, workflow_ref = caller, repository = "octo/app", iss = Issuer };
            await context.Response.WriteAsJsonAsync(new { value = Token(claims) });
        });

        var tokens = new IdentityTokens($"http://{service.Domain}/token?api-version=2", "abc", new RetryOptions());

        Assert.Equal(new WorkflowIdentity(Called, new WorkflowSource("octo/app", Issuer), IsPublic: true), WorkflowIdentity.Read(await tokens.AskAsync(Cancellation)));
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

        var tokens = new IdentityTokens($"http://{service.Domain}/token?a=b", "abc", new RetryOptions());
        var failure = await Assert.ThrowsAnyAsync<DeliveryException>(async () => WorkflowIdentity.Read(await tokens.AskAsync(Cancellation)));

        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
        Assert.Equal(status is 401 or 403, failure.Message.Contains("id-token", StringComparison.Ordinal));
    }

    private static string Token(object claims) => $"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(claims)))}.c2ln";
}
