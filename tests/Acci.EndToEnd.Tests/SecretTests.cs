using System.IO.Compression;
using System.Text;
using Acci.Delivery.Caching;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Signing;
using Acci.GitHub.StandIn;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.EndToEnd.Tests;

/// <summary>
/// A publish, and what follows it, with the real engine, registry and cosign, with a mark in every secret: what is printed, written and built holds none of them, and of
/// all processes on the machine only those that a secret is for have it.
/// </summary>
public sealed class SecretTests(PublishedImage published) : IDisposable
{
    // No other test that runs meanwhile has the last two; the first one is that of the password's hash.
    private static readonly Mark Token = new("registry token", "open sesame"), GitHub = new("GitHub token", $"ghp_{Guid.NewGuid():n}"), Runtime = new("runtime token", $"{Guid.NewGuid():n}");

    private static readonly Mark Login = new("login of docker's variable", $"{Guid.NewGuid():n}"), OtherKey = new("key in cosign's variable", $"{Guid.NewGuid():n}");
    private static readonly Mark Setting = new("secret setting of an environment", $"{Guid.NewGuid():n}");

    private readonly TemporaryDirectory _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_publish_and_what_follows_it_leave_no_secret_in_files_layers_provenance_the_engine_s_history_or_other_processes()
    {
        published.NeedsEngine();
        var key = await LocalKeyPair.EnsureAsync(Path.Combine(_folder.Path, "keys"), await new PrivateTools(new EngineScripts(CacheDirectory.Default)).CosignAsync(Cancellation), Cancellation);
        var pem = await File.ReadAllTextAsync(key.Reference, Cancellation);
        // A line from its middle: the first ones are the same in every key.
        Mark signingKey = new("signing key", pem.Split('\n')[^5]), password = new("its password", key.Password!);
        Mark[] marks = [Token, GitHub, Runtime, Login, OtherKey, Setting, signingKey, password];
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "htpasswd"), "ada:$2y$05$abcdefghijklmnopqrstuupx2xBUC4954936wVIjyyPHmUBFu0wCW", Cancellation);
        await using var registry = RegistryServer.With($"htpasswd:\n  realm: registry\n  path: {Path.Combine(_folder.Path, "htpasswd")}");
        await registry.StartAsync();
        using var checkout = await published.Pristine.CopyAsync(Cancellation);
        await using var gitHub = await GitHubStandIn.StartAsync();
        gitHub.AddRepository($"team/{App.Name}").Refs["refs/tags/v1.2.3"] = await TagAsync(checkout);
        var package = gitHub.AddPackage("team", App.Name);
        var trivy = new TrivyStandIn(Path.Combine(_folder.Path, "bin"));
        trivy.AnswerWith([TrivyStandIn.Vulnerability("CVE-2026-4711", "LOW")]);
        var variables = new Dictionary<string, string?>
        {
            ["RegistryUser"] = "ada", ["RegistryToken"] = Token.Value, ["SigningKey"] = pem, ["SigningPassword"] = password.Value, ["GITHUB_TOKEN"] = GitHub.Value, ["ACTIONS_RUNTIME_TOKEN"] = Runtime.Value,
            ["DOCKER_AUTH_CONFIG"] = $$"""{ "auths": { "registry.example.com": { "auth": "{{Convert.ToBase64String(Encoding.UTF8.GetBytes($"ada:{Login.Value}"))}}" } } }""", ["COSIGN_PRIVATE_KEY"] = OtherKey.Value,
            [App.Setting(x => x.Database.Password)] = Setting.Value, ["GITHUB_API_URL"] = gitHub.Url, ["GITHUB_REPOSITORY"] = $"team/{App.Name}",
            ["COMPOSE_PROJECT_NAME"] = $"acci-secrets-{Guid.NewGuid():n}"[..20], [App.Variable("PORTS")] = $"{RegistryServer.FreePort()}", [App.Variable("REPLICAS")] = "1",
            ["PATH"] = $"{Path.GetDirectoryName(trivy.Program)}:{Environment.GetEnvironmentVariable("PATH")}",
        };
        // One after the other, each as it succeeds.
        string[] targets =
        [
            "VerifyImages", "RescanImages", "PromoteImages --promote-from 1.2.3 --promote-to stable", "WriteAdmissionPolicy", "UploadSarif", "CreateRelease", "PruneImages --prune-delete",
            "ComposeUp --environment prod", "ComposeLogs --environment prod", "ComposeDown --environment prod --delete-volumes",
        ];

        var deleted = "";
        IReadOnlyList<(string Command, string Environment)> processes;
        await using (var watch = new ProcessWatch())
        {
            await RunAsync("Publish");
            Assert.DoesNotContain(marks, mark => mark.IsIn(History(checkout)));
            foreach (var target in targets)
            {
                if (target.StartsWith("PruneImages", StringComparison.Ordinal)) deleted = await ListAsync(package, ImageReference.Parse($"{registry.Domain}/team/{App.Name}"));
                await RunAsync(target);
            }

            processes = watch.Seen;
            Assert.NotNull(package.Versions.Single(x => x.Digest == deleted).DeletedAt);
        }

        foreach (var folder in (string[])["artifacts", ".nuke/temp"]) AssertHasNone(marks, Path.Combine(checkout.Folder, folder));
        await AssertImageHasNoneAsync(marks, await OciLayout.OpenAsync(Path.Combine(checkout.Folder, "artifacts", "images", App.Name), Cancellation));
        // An environment's secret has a file, which containers mount.
        AssertHasNone([.. marks.Except([Setting])], Path.Combine(checkout.Folder, "deploy"));
        foreach (var (command, environment) in processes)
        {
            Assert.DoesNotContain(marks, mark => mark.IsIn(command));
            var others = marks.Except(IsBuild(command) ? marks : Signs(command) ? [signingKey, password] : IsDocker(command) ? [Login] : []);
            if (others.FirstOrDefault(mark => mark.IsIn(environment)) is { } found) Assert.Fail($"{command.Replace('\0', ' ')} has the {found.Name}, which is not its own.");
        }

        // Those that have one were seen with it, so that others would have been, too.
        Assert.Contains(processes, x => Signs(x.Command) && password.IsIn(x.Environment));
        Assert.Contains(processes, x => IsDocker(x.Command) && Login.IsIn(x.Environment));
        Assert.Contains(processes, x => x.Command.Contains("dockerd", StringComparison.Ordinal));

        async Task RunAsync(string target)
        {
            var run = await checkout.BuildAsync($"{target} --registry {registry.Domain}/team --verbosity verbose", Cancellation, variables);
            Assert.DoesNotContain(marks, mark => mark.IsIn(run.Output));
            run.AssertSucceeded();
        }
    }

    // GitHub lists what its registry has, and an image without a tag that is old, which is deleted.
    private async Task<string> ListAsync(Package package, ImageReference image)
    {
        using var registry = OciRegistry.Of(image, new RegistryOptions { Credentials = new Credentials("ada", Token.Value) });
        var versions = new Dictionary<Digest, List<string>>();
        await foreach (var tag in registry.ListTagsAsync(image, cancellationToken: Cancellation))
        {
            var manifest = (await registry.FindManifestAsync(image.WithTag(tag), Cancellation))!;
            if (!versions.TryAdd(manifest.Digest, [tag])) versions[manifest.Digest].Add(tag);
            foreach (var part in manifest.Manifests) versions.TryAdd(part.Digest, []);
        }

        foreach (var (digest, tags) in versions) package.AddVersion($"{digest}", DateTimeOffset.UtcNow, tags);
        var old = await LayoutBuilder.WriteOneAsync(Path.Combine(_folder.Path, "old"), "old");
        await registry.PushAsync(old, image, cancellationToken: Cancellation);
        foreach (var part in (await old.ReadManifestAsync(old.Root, Cancellation)).Manifests.Append(old.Root)) package.AddVersion($"{part.Digest}", DateTimeOffset.UtcNow.AddDays(-100), []);
        return $"{old.Root.Digest}";
    }

    // A release is made of a version.
    private static async Task<string> TagAsync(Checkout checkout)
    {
        await CommandRunner.RunAsync(new Command("git", "tag", "v1.2.3") { WorkingDirectory = checkout.Folder }, cancellationToken: Cancellation);
        return (await CommandRunner.RunAsync(new Command("git", "rev-parse", "HEAD") { WorkingDirectory = checkout.Folder }, cancellationToken: Cancellation)).StandardOutput.Trim();
    }

    // A build itself, this one's or another test's, and the script that starts it with what it asks before.
    private static bool IsBuild(string command)
    {
        var words = command.Split('\0');
        return words.Any(x => x.EndsWith("_build.dll", StringComparison.Ordinal)) || words.Any(x => x.EndsWith("/build.sh", StringComparison.Ordinal) || x.StartsWith("exec ./build.sh", StringComparison.Ordinal))
            || Path.GetFileName(words[0]) is "awk" or "env" or "find" or "readlink" or "dirname" or "tr";
    }

    // The command, which is a script of the private engine's, and its plugins, with the git that buildx starts; not the daemon. Source: buildx, util/gitutil.
    private static bool IsDocker(string command) => command.Contains("/git\0-c\0log.showSignature=false\0", StringComparison.Ordinal) || Path.GetFileName(command.Split('\0') is [var shell, var script, ..] && shell.EndsWith("/sh", StringComparison.Ordinal) ? script : command.Split('\0')[0])
        is "docker" or "docker-buildx" or "docker-compose";

    // cosign itself, or the script in the cache that starts it.
    private static bool Signs(string command)
    {
        var words = command.Split('\0');
        var program = Array.FindIndex(words, x => Path.GetFileName(x) == "cosign");
        return program is 0 or 1 && words[program + 1] is "sign" or "attest" or "public-key";
    }

    private static void AssertHasNone(Mark[] marks, string folder) => Assert.All(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories),
        file => Assert.DoesNotContain(marks, mark => mark.IsIn(File.ReadAllBytes(file))));

    // Configurations and statements as they are, layers unpacked.
    private static async Task AssertImageHasNoneAsync(Mark[] marks, OciLayout layout)
    {
        foreach (var blob in (await layout.ReadContentAsync(Cancellation)).Blobs.Where(x => x.MediaType.EndsWith("gzip", StringComparison.Ordinal)))
        {
            await using var unpacked = new GZipStream(layout.OpenBlob(blob), CompressionMode.Decompress);
            using var content = new MemoryStream();
            await unpacked.CopyToAsync(content, Cancellation);
            Assert.DoesNotContain(marks, mark => mark.IsIn(content.GetBuffer().AsSpan(0, (int)content.Length)));
        }
    }

    // What the engine's builder remembers of its last builds: arguments, attachments, logs.
    private string History(Checkout checkout)
    {
        var docker = published.PrintedCommand("Run").Split(" run ")[0];
        var script = $"for build in $({docker} buildx history ls --format '{{{{.Ref}}}}' | head -n 4); do id=${{build##*/}}; {docker} buildx history inspect --format json $id; {docker} buildx history logs $id; done 2>&1";
        var result = CommandRunner.TryRunAsync(new Command("bash", "-c", script) { WorkingDirectory = checkout.Folder }, cancellationToken: Cancellation).GetAwaiter().GetResult();
        Assert.Contains("\"Name\"", result.StandardOutput, StringComparison.Ordinal);
        return result.StandardOutput;
    }
}
