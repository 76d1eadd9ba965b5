using Assert = Xunit.Assert;

namespace Acci.Components.Tests;

/// <summary>What the programs get that a build starts, by NUKE's means or by ours: the same on both engines.</summary>
public sealed class ChildEnvironmentTests : IDisposable
{
    private const string Secret = "staple-battery-42";

    private readonly string _root = Directory.CreateTempSubdirectory("build-").FullName;

    public ChildEnvironmentTests() => Directory.CreateDirectory(Path.Combine(_root, ".nuke"));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("Password")]
    [InlineData("PASSWORD")]
    [InlineData("NUKE_PASSWORD")]
    [InlineData("nuke_Password")]
    [InlineData("API_KEY")]
    [InlineData("ApiKey")]
    [InlineData("TOKEN")]
    [InlineData("NUKE_TOKEN")]
    [InlineData("GITHUB_TOKEN")]
    [InlineData("ACTIONS_ID_TOKEN_REQUEST_TOKEN")]
    [InlineData("ACTIONS_RUNTIME_TOKEN")]
    [InlineData("COSIGN_PASSWORD")]
    [InlineData("COSIGN_PKCS11_PIN")]
    [InlineData("COSIGN_REGISTRY_PASSWORD")]
    [InlineData("DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE")]
    [InlineData("PARAMS_KEY")]
    public async Task No_program_inherits_a_secret_however_its_variable_is_spelled(string variable)
    {
        var run = await BuildRun.StartAsync(BuildRun.Build, _root, ["Starts"], new Dictionary<string, string> { [variable] = Secret, ["ACCI_PORTS"] = "8080", ["HOST"] = "here" });

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        var children = await File.ReadAllTextAsync(Path.Combine(_root, "children"), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(Secret, children, StringComparison.Ordinal);
        Assert.Equal(2, children.Split('\n').Count(x => x == "ACCI_PORTS=8080"));
        Assert.Contains("HOST=here", children, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_build_has_its_secrets_all_the_same()
    {
        var run = await BuildRun.StartAsync(BuildRun.Build, _root, ["Measures"], new Dictionary<string, string> { ["PASSWORD"] = Secret });

        Assert.Contains($"the password has {Secret.Length} letters", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_engine_colours_no_file_and_sends_nothing_and_our_programs_still_know_the_terminal()
    {
        var run = await BuildRun.StartAsync(BuildRun.Build, _root, ["Starts"], new Dictionary<string, string> { ["TERM"] = "xterm-256color" });

        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
        Assert.DoesNotContain("\e[", run.Output, StringComparison.Ordinal);
        var children = await File.ReadAllLinesAsync(Path.Combine(_root, "children"), TestContext.Current.CancellationToken);
        Assert.Equal(["TERM=dumb", "TERM=xterm-256color"], children.Where(x => x.StartsWith("TERM=", StringComparison.Ordinal)));
        Assert.Contains("NUKE_TELEMETRY_OPTOUT=1", children);
    }
}
