using System.Text.Json;
using Acci.Delivery.Processes;
using Acci.Delivery.Signing;
using Acci.Oci.Retries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Delivery.Tests.Processes;

/// <summary>An answer that is not the JSON that was expected may hold a secret, and is not quoted: the JSON reader's own message quotes the rest of the text.</summary>
public sealed class AnswerMistakeTests
{
    [Fact]
    public void A_command_s_answer_is_told_by_its_line()
    {
        var result = new CommandResult(0, "[\n{ \"Running\": tru, \"Env\": [ \"POSTGRES_PASSWORD=open-sesame-4711\" ] } ]", "");

        var error = Assert.Throws<DeliveryException>(() => result.Read(new Command("docker", "inspect", "c1"), output => JsonElement.Parse(output).GetArrayLength()));

        Assert.Equal("`docker inspect c1` answered what cannot be read: line 2 is not valid JSON.", error.Message);
    }

    [Fact]
    public async Task What_a_token_service_answers_is_told_by_its_line()
    {
        await using var service = await LoopbackServer.StartAsync(context => context.Response.WriteAsync("token eyJhbGciOiJSUzI1NiJ9.open-sesame-4711.c"));
        var environment = new ProcessEnvironment(new Dictionary<string, string>
        {
            ["ACTIONS_ID_TOKEN_REQUEST_URL"] = $"http://{service.Domain}/token?a=b",
            ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "abc",
        });

        var error = await Assert.ThrowsAnyAsync<DeliveryException>(() => IdentityTokens.Of(environment, new RetryOptions()).AskAsync(TestContext.Current.CancellationToken));

        Assert.Equal("What GitHub's token service answered holds no identity token to sign with: line 1 is not valid JSON. Run the job again.", error.Message);
    }
}
