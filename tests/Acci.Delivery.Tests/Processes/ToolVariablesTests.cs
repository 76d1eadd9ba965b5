using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Delivery.Scanning;
using Acci.Delivery.Signing;
using Acci.Oci;
using Acci.Oci.Registries;
using Acci.Oci.Retries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Processes;

/// <summary>What tools do is decided by their arguments, and by no variable that happens to be set.</summary>
public sealed class ToolVariablesTests : IDisposable
{
    private const string Weakening = "COSIGN_INSECURE_IGNORE_TLOG", Trust = "SIGSTORE_ROOT_FILE", Hardware = "COSIGN_PKCS11_MODULE_PATH";

    private static readonly string[] Set =
    [
        Weakening, Trust, Hardware, "BUILDX_GIT_LABELS", "EXPERIMENTAL_BUILDKIT_SOURCE_POLICY", "DOCKER_DEFAULT_PLATFORM", "COMPOSE_FILE", "DOCKER_METADATA_OUTPUT_JSON",
        "BUILDX_BUILDER", "COMPOSE_PROFILES", "DOCKER_registry_example_com_USR", "DOCKER_CREDENTIALS_ENV_CONFIG", "BUILDKIT_NO_CLIENT_TOKEN", "TRIVY_SEVERITY", "TRIVY_CACERT", "TUF_MIRROR",
    ];

    // What leads to builders, what Compose starts, and what a credential helper and a network need.
    private static readonly string[] Kept = ["BUILDX_BUILDER", "COMPOSE_PROFILES", "DOCKER_registry_example_com_USR", "DOCKER_CREDENTIALS_ENV_CONFIG", "BUILDKIT_NO_CLIENT_TOKEN"];

    private readonly TemporaryFolder _folder = new();

    public ToolVariablesTests()
    {
        foreach (var name in Set) Environment.SetEnvironmentVariable(name, "false");
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var name in Set) Environment.SetEnvironmentVariable(name, null);
        _folder.Dispose();
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("sign")]
    [InlineData("public-key")]
    [InlineData("generate-key-pair")]
    public async Task No_command_of_cosign_gets_them(string command)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for cosign is a shell script.");
        var script = _folder.Combine("cosign");
        await File.WriteAllTextAsync(script, $"#!/bin/sh\nenv > '{_folder.Combine("environment")}'\nexit 1\n", Cancellation);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var image = ImageReference.Parse("registry.example.com/app").WithDigest(Digest.Of([1]));
        var cosign = new Cosign(script, new SigningIdentity.Key("cosign.key", "password")) { Retry = new RetryOptions { Budget = TimeSpan.Zero } };

        await Assert.ThrowsAnyAsync<DeliveryException>(() => command switch
        {
            "verify" => cosign.VerifyAsync(image, new ExpectedSigner.PublicKey("cosign.pub"), Cancellation),
            "sign" => cosign.SignAsync(image, Cancellation),
            "public-key" => cosign.ReadSignerAsync(Cancellation),
            _ => LocalKeyPair.EnsureAsync(_folder.Combine("keys"), script, Cancellation),
        });

        var variables = (await File.ReadAllLinesAsync(_folder.Combine("environment"), Cancellation)).Select(x => x.Split('=')[0]).ToList();
        Assert.DoesNotContain(Weakening, variables);
        Assert.DoesNotContain(Trust, variables);
        Assert.Contains(Hardware, variables);
        if (command != "verify") Assert.Contains("COSIGN_PASSWORD", variables);
    }

    [Fact]
    public void A_container_of_Trivy_gets_Trivys_variables_and_docker_none_that_changes_what_runs()
    {
        var program = new TrivyProgram.Container(new DockerEngine("docker"), ImageReference.Parse("aquasec/trivy:0.69.3"));

        var command = program.Command(["image"], [], new Dictionary<string, string?> { ["TRIVY_USERNAME"] = "ada" });

        Assert.Equal((null, "ada"), (command.Environment["DOCKER_DEFAULT_PLATFORM"], command.Environment["TRIVY_USERNAME"]));
    }

    [Fact]
    public async Task No_command_of_docker_gets_any_but_those_that_lead_to_the_engine()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no env.");
        foreach (var engine in new[] { new DockerEngine("env"), new DockerEngine("env") { Login = new TemporaryLogin("registry.example.com", new Credentials("ada", "not-that-secret-4711")) } })
        {
            var command = engine.Docker() with { Arguments = [] };

            var variables = (await CommandRunner.RunAsync(command, cancellationToken: Cancellation)).StandardOutput.Split('\n').Select(x => x.Split('=')[0]).ToList();

            foreach (var name in (string[])["BUILDX_GIT_LABELS", "EXPERIMENTAL_BUILDKIT_SOURCE_POLICY", "DOCKER_DEFAULT_PLATFORM", "COMPOSE_FILE"]) Assert.DoesNotContain(name, variables);
            foreach (var name in Kept) Assert.Contains(name, variables);
        }

        Assert.Equal(
            ["BUILDX_GIT_LABELS", "COMPOSE_FILE", "DOCKER_DEFAULT_PLATFORM", "EXPERIMENTAL_BUILDKIT_SOURCE_POLICY"],
            ToolVariables.Docker.Unheeded().Intersect(Set));
    }

    [Fact]
    public void A_command_that_is_shown_does_what_it_does_here_whatever_is_set()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no env.");
        Environment.SetEnvironmentVariable(Trust, "");

        Assert.Equal($"env -u {Weakening} cosign verify x", new Command("cosign", "verify", "x") { Environment = ToolVariables.Cosign.With() }.ToString());
        Assert.StartsWith("env -u BUILDX_GIT_LABELS -u COMPOSE_FILE -u DOCKER_DEFAULT_PLATFORM -u EXPERIMENTAL_BUILDKIT_SOURCE_POLICY docker run", new DockerEngine("docker").Docker("run").ToString(), StringComparison.Ordinal);
        Assert.StartsWith("env -u TRIVY_SEVERITY trivy ", new Trivy(new TrivyProgram.Installed("trivy"), _folder.Path).ToTyped(["x"], "report"), StringComparison.Ordinal);
        Assert.Equal("cosign verify x", new Command("cosign", "verify", "x").ToString());
    }

    [Fact]
    public void A_command_that_is_shown_has_its_program_below_the_home_folder()
    {
        var environment = TestEnvironment.OutsideWorkflows with { Home = "/home/ada" };

        Assert.Equal("~/bin/cosign verify /home/ada/x", Shortcut.ToTyped("/home/ada/bin/cosign verify /home/ada/x", environment));
        Assert.Equal("env -u COSIGN_KEY ~/bin/cosign verify", Shortcut.ToTyped("env -u COSIGN_KEY /home/ada/bin/cosign verify", environment));
        Assert.Equal("/usr/bin/env -u X /home/ada/x", Shortcut.ToTyped("/usr/bin/env -u X /home/ada/x", environment));
    }
}
