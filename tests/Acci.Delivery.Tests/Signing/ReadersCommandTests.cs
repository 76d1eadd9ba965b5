using Acci.Delivery.Processes;
using Acci.Delivery.Signing;
using Acci.Delivery.Tests.Publishing;
using Acci.Oci;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>Who reads a job's summary has another machine: what stands there names nothing of the runner's, and verifies.</summary>
public sealed class ReadersCommandTests(RegistryServer server, SigstoreFixture sigstore) : IClassFixture<RegistryServer>, IClassFixture<SigstoreFixture>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_public_key_is_among_the_lines()
    {
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("TagImages");
        await world.RunAsync("TagImages");

        Assert.DoesNotContain("artifacts", world.Summary, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_folder.Combine("cosign.pub"), "the reader's own", Cancellation);
        Assert.True(await VerifiesAsync(world, Path.GetDirectoryName(world.Cosign.Cosign.Executable)!));

        world.Cosign.Forget();
        Assert.False(await VerifiesAsync(world, Path.GetDirectoryName(world.Cosign.Cosign.Executable)!));
        Assert.Equal("the reader's own", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(_folder.Path)), Cancellation));
    }

    [Fact]
    public async Task A_Sigstore_that_cosign_was_initialized_with_is_no_public_one()
    {
        var environment = TestEnvironment.OutsideWorkflows.With(("TUF_ROOT", _folder.Path));
        Assert.False(SigstoreService.NeedsOwnRoot(new SigstoreFiles(null, null), environment));
        Assert.True(SigstoreService.IsPublic(new SigstoreFiles(null, null), environment));

        await File.WriteAllTextAsync(_folder.Combine("remote.json"), """{"mirror":"https://tuf.example.com/root"}""", Cancellation);
        var root = Directory.CreateDirectory(_folder.Combine("tuf.example.com-root", "targets")).FullName;
        await File.WriteAllTextAsync(Path.Combine(root, "trusted_root.json"), "{}", Cancellation);

        Assert.True(SigstoreService.NeedsOwnRoot(new SigstoreFiles(null, null), environment));
        Assert.False(SigstoreService.IsPublic(new SigstoreFiles(null, null), environment));
        Assert.Equal(Path.Combine(root, "trusted_root.json"), TufCache.FindTrustedRoot(environment));
        Assert.Equal(["TUF"], SigstoreService.Of(new SigstoreFiles(null, null), environment).Select(x => x.Name));
        // The public one, where it is and where it was.
        foreach (var address in (string[])["https://tuf-repo-cdn.sigstore.dev", "https://sigstore-tuf-root.storage.googleapis.com"])
        {
            await File.WriteAllTextAsync(_folder.Combine("remote.json"), $$"""{"mirror":"{{address}}"}""", Cancellation);
            Assert.False(SigstoreService.NeedsOwnRoot(new SigstoreFiles(null, null), environment));
            Assert.True(SigstoreService.IsPublic(new SigstoreFiles(null, null), environment));
            Assert.Equal(["Fulcio", "Rekor", "Timestamp authority", "TUF"], SigstoreService.Of(new SigstoreFiles(null, null), environment).Select(x => x.Name));
        }

        await File.WriteAllTextAsync(_folder.Combine("remote.json"), """{"mirror":"https://tuf.example.com/root"}""", Cancellation);
        // The variable comes before what was written down.
        Assert.False(SigstoreService.NeedsOwnRoot(new SigstoreFiles(null, null), environment.With(("TUF_MIRROR", "https://tuf-repo-cdn.sigstore.dev"))));
    }

    [Fact]
    public async Task A_Sigstore_that_only_TUF_names_has_a_trusted_root_that_is_found_and_named()
    {
        var job = sigstore.Job();
        using var world = await PublishWorld.BuiltAsync(server);
        await world.RunUntilAsync("SignImages");
        world.Job = job.With([.. sigstore.TrustVariables.Select(x => (x.Key, x.Value))]);
        Assert.Null(TufCache.FindTrustedRoot(world.Job));
        foreach (var step in (string[])["SignImages", "TagImages"]) await world.RunAsync(step);

        var found = TufCache.FindTrustedRoot(world.Job);

        Assert.Equal(await File.ReadAllBytesAsync(sigstore.TrustedRoot, Cancellation), await File.ReadAllBytesAsync(found!, Cancellation));
        Assert.Contains("\n# trusted_root.json is the trusted root that the operator of the signer's Sigstore gives to clients; if the version has a release, that has it", world.Summary, StringComparison.Ordinal);
        // A cosign that knows nothing of this Sigstore.
        Directory.CreateDirectory(_folder.Combine("reader"));
        File.CreateSymbolicLink(_folder.Combine("reader", "cosign"), sigstore.CosignItself);
        Assert.False(await VerifiesAsync(world, _folder.Combine("reader")));
        File.Copy(found!, _folder.Combine("trusted_root.json"));
        Assert.True(await VerifiesAsync(world, _folder.Combine("reader")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void That_a_release_has_the_trusted_root_is_said_only_where_there_is_one_to_attach(bool hasRoot)
    {
        var signer = new ExpectedSigner.Workflow("https://github.com/octo/app/.github/workflows/publish.yml@refs/heads/main", new WorkflowSource("octo/app", "https://token.actions.githubusercontent.com"));

        var command = ReadersCommand.Of(signer, ImageReference.Parse($"ghcr.io/octo/app@sha256:{new string('a', 64)}"), isOwnSigstore: true, hasRoot);

        Assert.StartsWith("# trusted_root.json is the trusted root that the operator of the signer's Sigstore gives to clients", command, StringComparison.Ordinal);
        Assert.Equal(hasRoot, command.Contains("if the version has a release, that has it among its files", StringComparison.Ordinal));
    }

    // Without the last line, which runs the image.
    private async Task<bool> VerifiesAsync(PublishWorld world, string programs)
    {
        var lines = world.Summary.Split("```sh\n")[1].Split("\n```")[0].Split('\n')[..^1];
        var command = new Command("bash", "-ec", string.Join('\n', lines))
        {
            WorkingDirectory = _folder.Path,
            Environment = new Dictionary<string, string?> { ["PATH"] = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}", ["TUF_ROOT"] = _folder.Combine("tuf") },
        };
        return (await CommandRunner.TryRunAsync(command, cancellationToken: Cancellation)).Succeeded;
    }
}
