using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Acci.Delivery.Processes;
using Acci.Delivery.Publishing;
using Acci.Oci;
using Acci.Oci.Manifests;
using Acci.Oci.Registries;

namespace Acci.EndToEnd.Tests;

[Collection(nameof(Publishing))]
public class PublishTests(PublishedImage published)
{
    private const long AmdLimit = 20_000_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_clean_clone_is_published_with_one_command()
    {
        published.NeedsEngine();

        published.Publish.AssertSucceeded();
        Assert.Contains(published.First.Digest.ToString(), published.Publish.Output, StringComparison.Ordinal);
        // Where there is no scanner, and none can be fetched, that is said, and is no done step.
        var expected = published.First.NotScanned is null ? Enum.GetValues<PublishStep>() : Enum.GetValues<PublishStep>().Except([PublishStep.Scan]);
        Assert.Equal(expected, published.First.Steps.Keys.Order());
    }

    [Fact]
    public async Task The_registry_serves_both_platforms_each_with_bill_of_materials_and_provenance()
    {
        published.NeedsEngine();
        var repository = ImageReference.Parse(published.First.Repository);
        using var registry = OciRegistry.Of(repository);

        Assert.Equal(published.First.Tags.ToDictionary(tag => tag, _ => published.First.Digest), published.Served);

        var platforms = await ServedPlatformsAsync();
        Assert.Equal([Platform.LinuxAmd64, Platform.LinuxPpc64le], platforms.Select(x => x.Platform));
        foreach (var platform in platforms)
        {
            var attestation = Assert.Single(platform.Attestations);
            var manifest = await registry.GetManifestAsync(repository.WithDigest(attestation.Digest), Cancellation);
            Assert.Equal(
                ["https://slsa.dev/provenance/v1", "https://spdx.dev/Document"],
                manifest.Blobs.Select(x => x.Annotations?.GetValueOrDefault("in-toto.io/predicate-type")).OfType<string>().Order());
        }
    }

    [Fact]
    public async Task The_bill_of_materials_of_a_native_binary_lists_what_is_compiled_into_it()
    {
        published.NeedsEngine();
        var layout = await published.LayoutAsync();
        var packages = new Dictionary<Platform, string[]>();
        foreach (var platform in await layout.ReadPlatformsAsync(Cancellation))
        {
            var attestation = await layout.ReadManifestAsync(platform.Attestations[0], Cancellation);
            var bill = attestation.Blobs.Single(x => x.Annotations?.GetValueOrDefault("in-toto.io/predicate-type") == "https://spdx.dev/Document");
            var document = JsonElement.Parse(await File.ReadAllBytesAsync(layout.BlobPath(bill.Digest), Cancellation));
            packages[platform.Platform] = [.. document.GetProperty("predicate").GetProperty("packages").EnumerateArray()
                .Where(x => x.TryGetProperty("externalRefs", out var references) && references.GetRawText().Contains("pkg:nuget/", StringComparison.Ordinal))
                .Select(x => $"{x.GetProperty("name")} {x.GetProperty("versionInfo")}")];
        }

        // The same packages as where portable IL brings the list along, and the runtime, which is the base image's there.
        var native = packages[Platform.LinuxAmd64].ToLookup(x => x.StartsWith("runtimepack.", StringComparison.Ordinal));
        Assert.Contains(native[false], x => x.StartsWith("Npgsql ", StringComparison.Ordinal));
        Assert.Equal(packages[Platform.LinuxPpc64le].Order(), native[false].Order());
        Assert.Equal(
            ["runtimepack.Microsoft.AspNetCore.App.Runtime.linux-x64", "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64"],
            native[true].Select(x => x.Split(' ')[0]).Order());
    }

    [Fact]
    public async Task Every_native_file_is_of_its_platform()
    {
        published.NeedsEngine();
        var layout = await published.LayoutAsync();

        foreach (var platform in await layout.ReadPlatformsAsync(Cancellation))
        {
            var files = await ElfFiles.OfAsync(layout, platform, Cancellation);
            Assert.NotEmpty(files);
            Assert.All(files, file => Assert.Equal((ElfFiles.MachineOf(platform.Platform), true), (file.Machine, file.IsLittleEndian)));
        }
    }

    [Fact]
    public void The_native_image_is_small_and_becomes_healthy()
    {
        published.NeedsEngine();
        var native = published.First.Platforms.Single(x => x.Platform == Platform.LinuxAmd64);

        Assert.InRange(native.Size, 1_000_000, AmdLimit);
        Assert.Matches(@"linux/amd64 healthy in \d+\.\d s", published.First.Steps[PublishStep.SmokeTest].Result);
    }

    [Fact]
    public async Task The_printed_verify_command_accepts_the_image_and_rejects_another_digest()
    {
        published.NeedsEngine();
        var verify = published.PrintedCommand("Verify");
        // The attestation's manifest is in the same repository, and nobody signed it.
        var unsigned = (await ServedPlatformsAsync())[0].Attestations[0].Digest;

        var accepted = await ShellAsync(verify);
        var rejected = await ShellAsync(verify.Replace(published.First.Digest.ToString(), unsigned.ToString(), StringComparison.Ordinal));

        Assert.True(accepted.Succeeded, accepted.StandardError);
        Assert.False(rejected.Succeeded);
    }

    [Fact]
    public async Task The_printed_run_command_serves_health_read_only_and_without_capabilities()
    {
        published.NeedsEngine();
        var run = published.PrintedCommand("Run");
        Assert.Contains("--read-only", run, StringComparison.Ordinal);
        Assert.Contains("--cap-drop ALL", run, StringComparison.Ordinal);

        // Who answers there must be the container.
        using (var free = new TcpListener(IPAddress.Any, App.Port))
            free.Start();

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var container = CommandRunner.TryRunAsync(new Command("bash", "-c", $"exec {run}") { WorkingDirectory = published.Checkout.Folder }, cancellationToken: stop.Token);
        try
        {
            Assert.Equal(HttpStatusCode.OK, await HealthAsync(container));
        }
        finally
        {
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => container);
        }
    }

    [Fact]
    public async Task Publishing_again_changes_nothing_and_sends_nothing()
    {
        published.NeedsEngine();
        var before = published.Record;

        var again = (await published.Checkout.BuildAsync("Publish", Cancellation)).AssertSucceeded();

        Assert.Equal(before.Digest, published.Record.Digest);
        Assert.Equal(before.Platforms, published.Record.Platforms);
        Assert.Contains("is in the registry already", again.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("blobs sent", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_bake_file_works_by_hand()
    {
        published.NeedsEngine();
        var bake = published.PrintedCommand("Run").Split(" run ")[0] + " buildx bake -f artifacts/docker-bake.json --print";

        var printed = await ShellAsync(bake);

        Assert.True(printed.Succeeded, printed.StandardError);
        Assert.Contains($"\"{App.Name}\"", printed.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public void The_private_key_lies_outside_the_repository_and_is_its_owner_s_alone()
    {
        published.NeedsEngine();
        var key = Path.Combine(Acci.Delivery.Caching.CacheDirectory.KeyDirectoryOf(ProcessEnvironment.Read()), "cosign.key");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(published.Checkout.Folder, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }),
            file => new FileInfo(file).Length < 10_000 && File.ReadAllText(file).Contains("ENCRYPTED SIGSTORE PRIVATE KEY", StringComparison.Ordinal) && !file.EndsWith(".cs", StringComparison.Ordinal));
    }

    // Of what was published at first; the layout may have been built anew since.
    private async Task<IReadOnlyList<PlatformImage>> ServedPlatformsAsync()
    {
        var image = ImageReference.Parse(published.First.Repository).WithDigest(published.First.Digest);
        using var registry = OciRegistry.Of(image);
        return PlatformImage.Of((await registry.GetManifestAsync(image, Cancellation)).Manifests);
    }

    private Task<CommandResult> ShellAsync(string line) =>
        CommandRunner.TryRunAsync(new Command("bash", "-c", line) { WorkingDirectory = published.Checkout.Folder }, cancellationToken: Cancellation);

    private static async Task<HttpStatusCode> HealthAsync(Task<CommandResult> container)
    {
        // Neither a proxy may answer, nor the app before it is ready.
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var last = HttpStatusCode.RequestTimeout;
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromMinutes(10); await Task.Delay(100, Cancellation))
        {
            Assert.False(container.IsCompleted, container.IsCompletedSuccessfully ? (await container).StandardError : "the container ended");
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{App.Port}/health"), Cancellation);
                last = answer.StatusCode;
                if (last == HttpStatusCode.OK)
                    return last;
            }
            catch (HttpRequestException)
            {
                // Not there yet.
            }
        }

        return last;
    }
}
