using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Acci.Delivery.Processes;
using Acci.Oci;
using Acci.Oci.Layouts;
using Acci.Oci.Manifests;
using Acci.Testing;
using Assert = Xunit.Assert;

namespace Acci.Components.Tests.Secrets;

/// <summary>Marks in every secret, searched for in all that a build prints, writes and starts: the one program that a secret is for gets it, and nothing else has it.</summary>
public sealed class SecretsTests(RegistryServer registry) : IClassFixture<RegistryServer>, IAsyncLifetime
{
    private static readonly Mark Token = new("registry token", "it's the \"token\" of $mark/100% + é");
    private static readonly Mark Key = new("signing key", "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nbWFya2VkLWtleS1vZi10aGUtYnVpbGQsIGxvbmcgZW5vdWdoIGZvciB0aHJlZSBs\naW5lcyBvZiBpdDsgbWFya2VkLWtleS1vZi10aGUtYnVpbGQsIGxvbmcgZW5vdWdo\nIGZvciB0aHJlZSBsaW5lcyBvZiBpdDsgbWFya2VkLWtleS1vZi10aGUtYnVpbGQs\nIGxvbmcgZW5vdWdoIGZvciB0aHJlZSBsaW5lcyBvZiBpdDsg\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n");
    private static readonly Mark Password = new("signing password", "pass'word & <mark> \\ two");
    private static readonly Mark GitHub = new("GitHub token", "ghp_MarkMarkMarkMark0001");
    private static readonly Mark Identity = new("identity token", "identity-mark-0002");
    private static readonly Mark Runtime = new("runtime token", "runtime-mark-0003");
    private static readonly Mark Api = new("key of the build's own", "api-mark-0004'\"");
    private static readonly Mark Cosign = new("cosign's password", "cosign-mark-0005");
    private static readonly Mark Parameters = new("password of parameter files", "params-mark-0006");

    private static readonly Mark Vault = new("token of the key's service", "hvs.mark-0007");

    private static readonly Mark Setting = new("secret setting of an environment", "setting-mark-0008");
    private static readonly Mark Pin = new("PIN of a hardware key", "pin-mark-0009");

    private static readonly Mark Login = new("login of docker's variable", "written-by-docker-0010");
    private static readonly Mark OtherKey = new("key in cosign's variable", "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nb3RoZXItbWFya2VkLWtleSwgd2hpY2ggbGllcyBpbiBhIHZhcmlhYmxlIG9mIGNv\nc2lnbidzIG93bg==\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n");
    private static readonly Mark Trivy = new("Trivy's password", "trivy-mark-0011"), TrivyToken = new("token of Trivy's server", "trivy-mark-0012"), TrivyLogin = new("Trivy's registry token", "trivy-mark-0013");

    private static readonly Mark[] All =
        [Token, Key, Password, GitHub, Identity, Runtime, Api, Cosign, Parameters, Vault, Setting, Pin, Login, OtherKey, Trivy, TrivyToken, TrivyLogin];

    private readonly TemporaryFolder _folder = new();
    private Recorders _recorders = null!;

    private string[] Destination => ["--registry", registry.NewRepository().ToString(), "--image-mirror", registry.Domain, "--skip", "SmokeTestImages"];

    private string Root => _folder.Combine("checkout");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-ins are shell scripts.");
        foreach (var folder in new[] { ".nuke", "home" }) Directory.CreateDirectory(Path.Combine(Root, "..", folder == ".nuke" ? "checkout/.nuke" : folder));
        await File.WriteAllTextAsync(Path.Combine(Root, "Dockerfile"), "FROM scratch\n");
        await File.WriteAllTextAsync(Path.Combine(Root, ".gitignore"), "artifacts\n.nuke/temp\n");
        Directory.CreateDirectory(Path.Combine(Root, "deploy", "environments"));
        foreach (var name in new[] { "dev", "prod" }) await File.WriteAllTextAsync(Path.Combine(Root, "deploy", "environments", $"settings.{name}.json"), """{ "Deployment": { "Kind": "Production" } }""");
        foreach (var command in new[] { "init -q", "add .", "-c user.name=Ada -c user.email=ada@example.com commit -q -m first", "remote add origin https://ghp_remote-mark@example.com/o/r.git" })
            await CommandRunner.RunAsync(new Command("git", command.Split(' ')) { WorkingDirectory = Root }, cancellationToken: TestContext.Current.CancellationToken);
        var layout = await WriteLayoutAsync(_folder.Combine("layout"));
        var generator = ImageReference.Parse($"{registry.Domain}/docker/buildkit-syft-scanner");
        using var mirror = registry.Connect();
        await mirror.PushAsync(layout, generator, cancellationToken: TestContext.Current.CancellationToken);
        await mirror.PutTagAsync(generator, "stable-1", layout.Root.Digest, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder.Combine("report.json"), TrivyStandIn.Report([]));
        _recorders = new Recorders(_folder.Combine("stand-ins"), _folder.Combine("layout"), _folder.Combine("report.json"));
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_publish_hands_each_secret_to_the_one_program_that_it_is_for()
    {
        var run = await RunAsync(["BuildImages", "ScanImages", "SignImages", .. Destination, "--cache", "GitHubActions", "--verbosity", "Verbose"]);

        AssertNothingIsShown(run);
        AssertEachHasItsOwn();
        var signing = _recorders.Started.Where(x => x.Program == "cosign" && Signs(x.Arguments)).ToList();
        Assert.True(signing.Any(x => x.Arguments.StartsWith("sign\n", StringComparison.Ordinal)), run.Output + run.Errors);
        Assert.All(signing, x => Assert.Contains($"COSIGN_PASSWORD={Password.Value}\n", x.Environment, StringComparison.Ordinal));
        Assert.Contains(_recorders.Started, x => x.Program == "docker" && x.Arguments.Contains("bake", StringComparison.Ordinal) && Runtime.IsIn(x.Environment));
        Assert.Contains(_recorders.Started, x => x.Program == "docker" && Login.IsIn(x.Environment));
        Assert.Contains(_recorders.Started, x => x.Program == "trivy" && Trivy.IsIn(x.Environment));
        Assert.Superset(new HashSet<string> { "docker", "cosign", "trivy", "git" }, _recorders.Started.Select(x => x.Program).ToHashSet());
    }

    [Theory]
    [InlineData("hashivault://acci", "VAULT_TOKEN")]
    [InlineData("gitlab://group/project", "GITLAB_TOKEN")]
    [InlineData("azurekms://vault.example.com/key", "AZURE_CLIENT_SECRET")]
    [InlineData("azurekms://vault.example.com/key", "AZURE_CLIENT_CERTIFICATE_PASSWORD")]
    public async Task What_opens_the_service_with_the_key_is_as_good_as_the_key(string key, string variable)
    {
        var run = await RunAsync(["BuildImages", "ScanImages", "SignImages", .. Destination], new() { ["SigningKey"] = key, [variable] = Vault.Value });

        AssertNothingIsShown(run);
        AssertEachHasItsOwn();
        Assert.True(_recorders.Started.Any(x => x.Arguments.StartsWith("sign\n", StringComparison.Ordinal) && Vault.IsIn(x.Environment)), run.Output + run.Errors);
        // The token of GitHub's cache is for builds that use it.
        Assert.DoesNotContain(_recorders.Started, x => Runtime.IsIn(x.Environment));
    }

    [Theory]
    [InlineData("COSIGN_PRIVATE_KEY")]
    [InlineData("TEAM_KEY")]
    public async Task A_key_in_a_variable_is_for_the_program_that_signs_with_it(string variable)
    {
        var run = await RunAsync(["BuildImages", "ScanImages", "SignImages", .. Destination], new() { ["SigningKey"] = $"env://{variable}", [variable] = OtherKey.Value });

        AssertNothingIsShown(run);
        Assert.All(_recorders.Started, x => Assert.Equal(x.Program == "cosign" && Signs(x.Arguments), OtherKey.IsIn(x.Environment)));
        Assert.True(_recorders.Started.Any(x => x.Arguments.StartsWith("sign\n", StringComparison.Ordinal)), run.Output + run.Errors);
    }

    [Fact]
    public async Task The_PIN_of_a_hardware_key_is_for_the_program_that_signs_with_it()
    {
        var run = await RunAsync(["BuildImages", "ScanImages", "SignImages", .. Destination], new() { ["SigningKey"] = "pkcs11:token=acci" });

        AssertNothingIsShown(run);
        Assert.All(_recorders.Started, x => Assert.Equal(x.Program == "cosign" && Signs(x.Arguments), Pin.IsIn(x.Environment)));
        Assert.True(_recorders.Started.Any(x => x.Arguments.StartsWith("sign\n", StringComparison.Ordinal)), run.Output + run.Errors);
    }

    [Theory]
    [InlineData("there is no target", "Publish", "bob:its-s3cret@ghcr.io/o")]
    [InlineData("which is a target", "--scan-image", "bob:its-s3cret@127.0.0.1:1/x/app:1", "ScanImages")]
    public async Task A_login_that_is_typed_in_a_wrong_place_is_not_repeated(string problem, params string[] arguments)
    {
        var run = await RunAsync(arguments);

        Assert.Contains(problem, run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("its-s3cret", run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_path_of_a_key_s_file_is_no_secret()
    {
        var file = _folder.Combine("team.key");
        await File.WriteAllTextAsync(file, "no key\n", TestContext.Current.CancellationToken);

        var run = await RunAsync(["SignImages", "--dry-run", .. Destination], new() { ["SigningKey"] = file });

        Assert.Contains($"--signing-key cannot be used: {file} holds no private key", run.Output, StringComparison.Ordinal);
    }

    // What the others print is a part of what Verbose prints. Most of them end in an error here, which is shown in full, too.
    [Theory]
    [InlineData("Verbose", "SmokeTestImages")]
    [InlineData("Verbose", "VerifyImages")]
    [InlineData("Verbose", "RescanImages")]
    [InlineData("Verbose", "PromoteImages", "--promote-from", "main", "--promote-to", "stable")]
    [InlineData("Verbose", "PromoteImages", "--promote-rollback", "--promote-to", "stable")]
    [InlineData("Verbose", "PruneImages")]
    [InlineData("Verbose", "CreateRelease")]
    [InlineData("Verbose", "UploadSarif")]
    [InlineData("Verbose", "WriteAdmissionPolicy")]
    [InlineData("Verbose", "UpdateLocks")]
    [InlineData("Verbose", "ComposeUp", "--environment", "prod")]
    [InlineData("Verbose", "ComposeUp", "--environment", "dev")]
    [InlineData("Verbose", "ComposeDown", "--environment", "prod")]
    [InlineData("Verbose", "ComposeLogs", "--environment", "prod")]
    [InlineData("Verbose", "DeployStack", "--environment", "prod")]
    [InlineData("Verbose", "GenerateBakeFile", "GenerateCompose")]
    [InlineData("Verbose", "StopEngine")]
    [InlineData("Quiet", "BuildImages", "ScanImages", "SignImages", "VerifyImages")]
    [InlineData("Minimal", "BuildImages", "ScanImages", "SignImages", "VerifyImages")]
    [InlineData("Normal", "BuildImages", "ScanImages", "SignImages", "VerifyImages")]
    [InlineData("Verbose", "BuildImages", "ScanImages", "--dry-run")]
    public async Task No_target_shows_a_secret_at_any_verbosity(string verbosity, params string[] arguments)
    {
        var run = await RunAsync(
            [.. arguments, "--verbosity", verbosity, "--retry-budget", "1", .. Destination],
            new() { ["GITHUB_API_URL"] = "http://127.0.0.1:1", ["GITHUB_REPOSITORY"] = "octo/app", ["GH_TOKEN"] = GitHub.Value, ["CR_PAT"] = GitHub.Value, ["SIGSTORE_ID_TOKEN"] = Identity.Value });
        TestContext.Current.TestOutputHelper?.WriteLine($"{run.ExitCode}\n{run.Output}{run.Errors}");

        AssertNothingIsShown(run);
        AssertEachHasItsOwn();
    }

    [Theory]
    [InlineData("--registry", "127.0.0.1:1/nobody", "--retry-budget", "1")]
    [InlineData("--registry", "https://user:it's@127.0.0.1:1/nobody")]
    [InlineData("--registry", "127.0.0.1:1/nobody", "--image-mirror", "https://user:it's@127.0.0.1:1/nobody")]
    public async Task A_publish_that_fails_on_GitHub_shows_no_secret_either(params string[] arguments)
    {
        var run = await RunAsync(["Publish", "--api-key", Api.Value, .. arguments], new() { ["GITHUB_ACTIONS"] = "true", ["GITHUB_SHA"] = "0123abc", ["GITHUB_REPOSITORY"] = "octo/app", ["API_KEY"] = "" });

        Assert.NotEqual(0, run.ExitCode);
        // What is checked out, and not what the workflow runs for.
        var head = (await CommandRunner.RunAsync(new Command("git", "rev-parse", "HEAD") { WorkingDirectory = Root }, cancellationToken: TestContext.Current.CancellationToken)).StandardOutput.Trim();
        Assert.Contains($"To repeat this on a machine of your own: git fetch origin {head} && git checkout {head} && ", run.Output, StringComparison.Ordinal);
        Assert.Contains("::add-mask::it's the \"token\" of $mark/100%25 + é\n", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("user:it", run.Output + run.Errors, StringComparison.Ordinal);
        AssertNothingIsShown(run);
        AssertEachHasItsOwn();
    }

    [Theory]
    [InlineData("ScanImages", "--scan-image", "bob:its-secret@127.0.0.1:1/nobody/app:main")]
    [InlineData("ScanImages", "--scan-databases", "bob:its-secret@127.0.0.1:1/nobody/trivy-db:2")]
    public async Task A_login_in_an_address_is_refused_by_its_parameter_and_not_repeated(string target, string parameter, string address)
    {
        var run = await RunAsync([target, parameter, address], []);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"{parameter} has a user or a password before an @", run.Output + run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("its-secret", run.Output + run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_NUKE_starts_for_the_build_gets_none()
    {
        var run = await RunAsync("Deploy");

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.Contains(_recorders.Started, x => x.Program == "git" && x.Arguments == "version\n");
        AssertNothingIsShown(run);
        AssertEachHasItsOwn();
    }

    [Fact]
    public async Task Doctor_shows_no_secret()
    {
        var run = await RunAsync("Doctor", "--registry", registry.NewRepository().ToString());

        AssertNothingIsShown(run);
        AssertEachHasItsOwn();
    }

    // An image of one platform, with the statements that a publish signs.
    private static async Task<OciLayout> WriteLayoutAsync(string folder)
    {
        var builder = new LayoutBuilder(folder);
        var image = builder.AddManifest(builder.AddBlob("""{"architecture":"amd64","os":"linux"}"""u8.ToArray(), "application/vnd.oci.image.config.v1+json"), [builder.AddBlob("layer"u8.ToArray())]);
        image["platform"] = new JsonObject { ["architecture"] = "amd64", ["os"] = "linux" };
        string[] types = ["https://spdx.dev/Document", "https://slsa.dev/provenance/v1"];
        var attestation = builder.AddManifest(builder.AddBlob("{}"u8.ToArray(), "application/vnd.oci.image.config.v1+json"), types.Select(type =>
        {
            var statement = builder.AddBlob(Encoding.UTF8.GetBytes($$$"""{"predicateType":"{{{type}}}","predicate":{}}"""), "application/vnd.in-toto+json");
            statement["annotations"] = new JsonObject { ["in-toto.io/predicate-type"] = type };
            return statement;
        }));
        attestation["platform"] = new JsonObject { ["architecture"] = "unknown", ["os"] = "unknown" };
        attestation["annotations"] = new JsonObject { ["vnd.docker.reference.digest"] = image["digest"]!.DeepClone(), ["vnd.docker.reference.type"] = "attestation-manifest" };
        await builder.WriteRootAsync(builder.AddBlob(
            JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.ImageIndex, ["manifests"] = new JsonArray(image, attestation) }), MediaTypes.ImageIndex));
        return await OciLayout.OpenAsync(folder, TestContext.Current.CancellationToken);
    }

    private void AssertNothingIsShown(BuildRun run)
    {
        // To the runner, which then masks it.
        var console = string.Join('\n', $"{run.Output}\n{run.Errors}".Split('\n').Where(x => !x.StartsWith("::add-mask::", StringComparison.Ordinal)));
        var files = new[] { Root, _folder.Combine("home") }.SelectMany(x => Directory.EnumerateFiles(x, "*", SearchOption.AllDirectories)).Select(x => (x, File.ReadAllText(x)));
        Assert.All(files.Prepend(("the console", console)), text => Assert.DoesNotContain(All, mark => mark.IsIn(text.Item2)));
    }

    private void AssertEachHasItsOwn() => Assert.All(_recorders.Started, x =>
    {
        Assert.DoesNotContain(All, mark => mark.IsIn(x.Arguments));
        Assert.DoesNotContain(All.Except(OwnOf(x.Program, x.Arguments)), mark => mark.IsIn(x.Environment));
    });

    private static Mark[] OwnOf(string program, string arguments) => (program, arguments) switch
    {
        ("cosign", var command) when Signs(command) => [Key, Password, Vault],
        ("docker", var command) => command.Contains("bake\n", StringComparison.Ordinal) ? [Runtime, Login] : [Login],
        ("trivy", _) => [Trivy, TrivyToken, TrivyLogin],
        _ => [],
    };

    private static bool Signs(string arguments) => arguments.Split('\n')[0] is "sign" or "attest" or "public-key";

    private Task<BuildRun> RunAsync(params string[] arguments) => RunAsync(arguments, []);

    private Task<BuildRun> RunAsync(string[] arguments, Dictionary<string, string> more) => BuildRun.StartAsync(BuildRun.Build, Root, arguments, new Dictionary<string, string>
    {
        ["SAMPLE_BUILD"] = "PublishBuild", ["PATH"] = $"{_recorders.Programs}:{Environment.GetEnvironmentVariable("PATH")}", ["HOME"] = _folder.Combine("home"),
        ["RegistryUser"] = "robot", ["REGISTRY_TOKEN"] = Token.Value, ["SigningKey"] = Key.Value, ["NUKE_SIGNING_PASSWORD"] = Password.Value, ["GITHUB_TOKEN"] = GitHub.Value,
        ["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = Identity.Value, ["ACTIONS_RUNTIME_TOKEN"] = Runtime.Value, ["COSIGN_PASSWORD"] = Cosign.Value, ["PARAMS_KEY"] = Parameters.Value,
        ["API_KEY"] = Api.Value, ["Store__Password"] = Setting.Value, ["COSIGN_PKCS11_PIN"] = Pin.Value,
        ["DOCKER_AUTH_CONFIG"] = $$"""{ "auths": { "registry.example.com": { "auth": "{{Convert.ToBase64String(Encoding.UTF8.GetBytes($"robot:{Login.Value}"))}}" } } }""",
        ["COSIGN_PRIVATE_KEY"] = OtherKey.Value, ["TRIVY_PASSWORD"] = Trivy.Value, ["TRIVY_TOKEN"] = TrivyToken.Value, ["TRIVY_REGISTRY_TOKEN"] = TrivyLogin.Value,
    }.Concat(more).GroupBy(x => x.Key).ToDictionary(x => x.Key, x => x.Last().Value));
}
