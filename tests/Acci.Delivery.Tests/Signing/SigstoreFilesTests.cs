using Acci.Delivery.Diagnosis;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Delivery.Signing;
using Acci.Delivery.Tests.Publishing;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>A company's own Sigstore, by its two files; nothing of it is found by TUF. With the real cosign.</summary>
public sealed class SigstoreFilesTests(RegistryServer server) : IClassFixture<RegistryServer>, IDisposable
{
    private const string Root = "application/vnd.dev.sigstore.trustedroot+json;version=0.1";
    private const string Config = "application/vnd.dev.sigstore.signingconfig.v0.2+json";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_step_and_the_printed_command_use_them()
    {
        await using var sigstore = new SigstoreFixture { IsFoundByTuf = false };
        await sigstore.InitializeAsync();
        DeliveryOptions Company(DeliveryOptions options) => options with
        {
            SigstoreSigningConfig = sigstore.FileOf("signing_config.rekor2.json"),
            SigstoreTrustedRoot = sigstore.TrustedRoot,
        };
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("SignImages");
        world.Job = sigstore.Job();

        await world.RunAsync("SignImages", Company);
        var table = await world.RunAsync("TagImages", Company);
        await world.RunAsync("VerifyImages", Company);

        Assert.Contains("the TUF repository", await world.RefusedAsync("VerifyImages"), StringComparison.Ordinal);
        var printed = table.Split("\nVerify")[1].Split('\n')[0].Trim();
        Assert.Contains($" --trusted-root {sigstore.TrustedRoot} ", printed, StringComparison.Ordinal);
        Assert.True(await RunsAsync(printed));
        Assert.False(await RunsAsync(printed.Replace($"--trusted-root {sigstore.TrustedRoot} ", "--timeout 5s ", StringComparison.Ordinal)));
        await world.GitAsync("git remote add origin https://github.com/octo/app.git");
        world.Job = sigstore.Outside();
        await Assert.ThrowsAnyAsync<DeliveryException>(() => PromoteAsync(world, options => options));
        await PromoteAsync(world, options => Company(options) with { SigstoreSigningConfig = null });
        Assert.Contains((await world.TagsAsync()), x => x.StartsWith("stable ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "there is no file")]
    [InlineData("", "damaged")]
    [InlineData("not JSON", "damaged")]
    [InlineData("[]", "damaged")]
    [InlineData("{}", "damaged")]
    [InlineData($$"""{"mediaType":"{{Root}}"}""", "damaged")]
    [InlineData($$"""{"mediaType":"{{Root}}","certificateAuthorities":[]}""", "must not be empty")]
    [InlineData($$"""{"mediaType":"{{Config}}","certificateAuthorities":[{}],"caUrls":[{}]}""", "'mediaType' has to begin with")]
    public async Task A_trusted_root_that_is_none_is_wrong_use_before_anything_is_done(string? content, string problem)
    {
        var error = await LookAsync(content, (options, file) => options with { SigstoreTrustedRoot = file });

        Assert.StartsWith("--sigstore-trusted-root:", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "there is no file")]
    [InlineData($$"""{"mediaType":"{{Root}}","caUrls":[{}]}""", "'mediaType' has to begin with")]
    [InlineData($$"""{"mediaType":"{{Config}}","caUrls":[]}""", "must not be empty")]
    public async Task A_signing_configuration_that_is_none_is_wrong_use_before_anything_is_done(string? content, string problem)
    {
        var error = await LookAsync(content, (options, file) => options with { SigstoreSigningConfig = file });

        Assert.StartsWith("--sigstore-signing-config:", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_needs_no_Sigstore()
    {
        var options = new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), Images = [], SigstoreSigningConfig = "config.json" };
        using var context = new DeliveryContext(options, Cancellation);

        Assert.Contains("--keyless", Assert.Throws<WrongUseException>(() => SigningChoice.Of(context)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_said_before_a_token_that_only_a_job_gets()
    {
        var options = new DeliveryOptions
        {
            Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), Images = [], Keyless = true, SigstoreTrustedRoot = "missing.json",
        };
        using var context = new DeliveryContext(options, Cancellation) { Environment = ProcessEnvironment.Empty };
        var verb = new PreparedVerb(context, new DeliveryScope { Signs = true }, new SignImages(context));

        Assert.Contains("missing.json", (await Assert.ThrowsAsync<WrongUseException>(verb.PlanAsync)).Message, StringComparison.Ordinal);
        Assert.Contains("missing.json", (await Assert.ThrowsAsync<WrongUseException>(verb.RunAsync)).Message, StringComparison.Ordinal);
    }

    private async Task<WrongUseException> LookAsync(string? content, Func<DeliveryOptions, string, DeliveryOptions> name)
    {
        if (content is not null) await File.WriteAllTextAsync(_folder.Combine("file.json"), content, Cancellation);
        var options = new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), Images = [] };
        using var context = new DeliveryContext(name(options, "file.json"), Cancellation);
        var check = new Preflight(context, new DeliveryScope()).Checks.Single(x => x.Name == "Sigstore");
        return await Assert.ThrowsAsync<WrongUseException>(check.LookAsync);
    }

    private static async Task PromoteAsync(PublishWorld world, Func<DeliveryOptions, DeliveryOptions> change)
    {
        using var context = world.Context(change);
        await new PromoteImages(context, new Promotion { From = world.Record.Digest.ToString(), To = ["stable"] }).RunAsync();
    }

    private static async Task<bool> RunsAsync(string command) =>
        (await CommandRunner.TryRunAsync(new Command("sh", "-c", command), cancellationToken: Cancellation)).Succeeded;
}
