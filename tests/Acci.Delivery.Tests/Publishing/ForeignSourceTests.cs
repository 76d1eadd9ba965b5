using System.Text.Json.Nodes;
using Acci.Delivery.Tests.Signing;
using Acci.Testing;

namespace Acci.Delivery.Tests.Publishing;

/// <summary>An image that was built elsewhere, as in another job: what those who verify it would refuse is neither pushed nor signed.</summary>
public sealed class ForeignSourceTests(RegistryServer server, SigstoreFixture sigstore) : IClassFixture<RegistryServer>, IClassFixture<SigstoreFixture>
{
    private const string Ours = "https://github.com/octo/app", Stranger = "https://github.com/stranger/malware", Commit = "0123456789012345678901234567890123456789";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https://github.com/stranger/malware", Commit, "was built from stranger/malware, not from octo/app")]
    [InlineData(Ours, "9876543210987654321098765432109876543210", "was built from commit 9876543210987654321098765432109876543210")]
    public async Task Its_provenance_is_compared_before_it_is_pushed(string source, string revision, string problem)
    {
        using var world = await PublishWorld.BuiltAsync(server);
        Directory.Delete(world.Layout, recursive: true);
        await LayoutBuilder.WriteAttestedAsync(
            world.Layout,
            annotations: new JsonObject { ["org.opencontainers.image.source"] = Ours, ["org.opencontainers.image.revision"] = Commit },
            sources: new JsonObject { ["source"] = source, ["revision"] = revision });
        await world.RecordBuildAsync();
        await world.RunUntilAsync("SignImages");

        var refusal = await world.RefusedAsync("SignImages");

        Assert.StartsWith("'app' is not pushed: the provenance of linux/amd64 says that it ", refusal, StringComparison.Ordinal);
        Assert.Contains(problem, refusal, StringComparison.Ordinal);
        using var registry = server.Connect();
        Assert.Null(await registry.FindAsync(world.Repository.WithDigest(world.Record.Digest), Cancellation));
    }

    [Theory]
    [InlineData(Ours, Ours, null)]
    [InlineData(Ours, Stranger, "was built from stranger/malware, not from octo/app")]
    [InlineData(Stranger, Ours, "was built from stranger/malware, not from octo/app")]
    public async Task Of_several_provenances_each_has_to_match_because_all_are_attested(string first, string second, string? problem)
    {
        using var world = await PublishWorld.BuiltAsync(server);
        Directory.Delete(world.Layout, recursive: true);
        await LayoutBuilder.WriteAttestedAsync(
            world.Layout,
            annotations: new JsonObject { ["org.opencontainers.image.source"] = Ours, ["org.opencontainers.image.revision"] = Commit },
            sources: new JsonObject { ["source"] = second, ["revision"] = Commit },
            earlier: new JsonObject { ["source"] = first, ["revision"] = Commit });
        await world.RecordBuildAsync();
        await world.RunUntilAsync("SignImages");

        if (problem is null) await world.RunAsync("SignImages");
        else Assert.Contains(problem, await world.RefusedAsync("SignImages"), StringComparison.Ordinal);

        using var registry = server.Connect();
        Assert.Equal(problem is null, await registry.FindAsync(world.Repository.WithDigest(world.Record.Digest), Cancellation) is not null);
    }

    [Fact]
    public async Task An_image_without_a_bill_of_materials_is_refused_before_it_is_pushed()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        Directory.Delete(world.Layout, recursive: true);
        await LayoutBuilder.WriteAttestedAsync(world.Layout, hasBill: false);
        await world.RecordBuildAsync();
        await world.RunUntilAsync("SignImages");

        Assert.Contains("no statement of the type https://spdx.dev/Document for linux/amd64", await world.RefusedAsync("SignImages"), StringComparison.Ordinal);

        using var registry = server.Connect();
        Assert.Null(await registry.FindAsync(world.Repository.WithDigest(world.Record.Digest), Cancellation));
    }

    [Theory]
    [InlineData("stranger/malware", "stranger/malware", "was built from stranger/malware, not from octo/app")]
    // What the image's label says makes it no workflow's own.
    [InlineData("stranger/malware", "octo/app", "was built from stranger/malware, not from octo/app")]
    [InlineData("octo/app", "stranger/malware", null)]
    public async Task A_workflow_signs_only_what_was_built_from_its_own_repository(string source, string label, string? problem)
    {
        var job = sigstore.Job();
        using var world = await PublishWorld.BuiltAsync(server);
        Directory.Delete(world.Layout, recursive: true);
        await LayoutBuilder.WriteAttestedAsync(
            world.Layout,
            annotations: new JsonObject { ["org.opencontainers.image.source"] = $"https://github.com/{label}", ["org.opencontainers.image.revision"] = Commit },
            sources: new JsonObject { ["source"] = $"https://github.com/{source}", ["revision"] = Commit });
        await world.RecordBuildAsync();
        await world.RunUntilAsync("SignImages");
        world.Job = job.With([.. sigstore.TrustVariables.Select(x => (x.Key, x.Value))]);

        if (problem is null) await world.RunAsync("SignImages");
        else Assert.Contains(problem, await world.RefusedAsync("SignImages"), StringComparison.Ordinal);
    }
}
