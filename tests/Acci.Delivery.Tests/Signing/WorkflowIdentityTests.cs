using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Acci.Delivery.Signing;
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

        var read = await WorkflowIdentity.ReadAsync($"http://{service.Domain}/token?api-version=2", "abc", Cancellation);
        Assert.Equal((Called, new WorkflowSource("octo/app", Issuer)), read);
    }

    [Theory]
    [InlineData(403, "{}")]
    [InlineData(200, "{}")]
    [InlineData(200, "not JSON")]
    [InlineData(200, """{"value":"a"}""")]
    [InlineData(200, """{"value":"a.e30.c"}""")]
    [InlineData(200, """{"value":"a.eyJqb2Jfd29ya2Zsb3dfcmVmIjoiYSIsInJlcG9zaXRvcnkiOiJvY3RvL2FwcCIsImlzcyI6Im5vIGFkZHJlc3MifQ.c"}""")]
    public async Task Without_a_token_it_is_said_what_the_job_needs(int status, string answer)
    {
        await using var service = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(answer, Cancellation);
        });

        var failure = await Assert.ThrowsAsync<DeliveryException>(() => WorkflowIdentity.ReadAsync($"http://{service.Domain}/token?a=b", "abc", Cancellation));

        Assert.Contains("id-token: write", failure.Message, StringComparison.Ordinal);
    }

    private static string Token(object claims) => $"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(claims)))}.c2ln";
}
