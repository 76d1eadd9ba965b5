using Acci.Oci.Registries;
using Acci.Testing;
using Microsoft.AspNetCore.Http;

namespace Acci.Oci.Tests.Registries;

/// <summary>What a registry wants its users to know. Source: OCI distribution specification 1.1, section "Warnings".</summary>
public sealed class RegistryWarningTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("299 - \"this endpoint is deprecated\"", "this endpoint is deprecated")]
    [InlineData("299 - \"say \\\"hi\\\"\"", "say \"hi\"")]
    [InlineData("110 - \"Response is stale\"", null)]
    [InlineData("299 proxy.example \"transformed\"", null)]
    [InlineData("299 - \"\"", null)]
    [InlineData("299 - nothing", null)]
    public async Task A_warning_is_shown_once(string header, string? text)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 404;
            context.Response.Headers.Append("Warning", header);
            return Task.CompletedTask;
        });
        var warnings = new List<string>();
        using var registry = new OciRegistry(server.Domain, new RegistryOptions { Warn = warnings.Add });
        for (var left = 3; left > 0; left--) Assert.Null(await registry.FindAsync(ImageReference.Parse($"{server.Domain}/app:{left}"), Cancellation));

        Assert.Equal(text is null ? [] : [$"{server.Domain} warns: {text}"], warnings);
    }

    [Fact]
    public async Task Of_warnings_that_change_from_answer_to_answer_a_few_are_shown()
    {
        var asked = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 404;
            context.Response.Headers.Append("Warning", $"299 - \"{Interlocked.Increment(ref asked)} of 100 requests are used\"");
            return Task.CompletedTask;
        });
        var warnings = new List<string>();
        using var registry = new OciRegistry(server.Domain, new RegistryOptions { Warn = warnings.Add });
        for (var left = 10; left > 0; left--) await registry.FindAsync(ImageReference.Parse($"{server.Domain}/app:{left}"), Cancellation);

        Assert.Equal(
            [.. Enumerable.Range(1, 5).Select(x => $"{server.Domain} warns: {x} of 100 requests are used"), $"{server.Domain} warns of more, which is not shown."],
            warnings);
    }

    [Fact]
    public async Task A_warning_of_where_a_registry_sends_on_to_is_not_its_own()
    {
        await using var storage = await LoopbackServer.StartAsync(context =>
        {
            context.Response.Headers.Append("Warning", "299 - \"mine\"");
            return Task.CompletedTask;
        });
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.Redirect($"http://{storage.Domain}/blob");
            return Task.CompletedTask;
        });
        var warnings = new List<string>();
        using var registry = new OciRegistry(server.Domain, new RegistryOptions { Warn = warnings.Add });

        Assert.True(await registry.HasBlobAsync(ImageReference.Parse($"{server.Domain}/app"), Digest.Of([]), Cancellation));

        Assert.Empty(warnings);
    }
}
