using Acci.Delivery.Processes;

namespace Acci.Delivery.Tests.Processes;

public class WithheldVariablesTests
{
    private readonly string _name = $"ACCI_TEST_{Guid.NewGuid():N}";
    private readonly string _secret = $"secret-{Guid.NewGuid():N}";

    [Fact]
    public async Task A_withheld_variable_reaches_the_build_and_the_command_that_names_it_and_no_other_program()
    {
        Environment.SetEnvironmentVariable(_name, _secret);
        WithheldVariables.Withhold(x => x == _name);
        var print = new Command("printenv", _name);

        Assert.Equal(_secret, ProcessEnvironment.Read().Find(_name));
        Assert.Equal("", await OutputAsync(print));
        Assert.Equal($"{_secret}\n", await OutputAsync(print with { Secrets = [_name] }));
        Assert.Null(Environment.GetEnvironmentVariable(_name));
        Assert.Equal($"it is {Redaction.Mask}", Redaction.Redact($"it is {_secret}"));
    }

    [Fact]
    public async Task One_that_was_hidden_from_parameters_is_withheld_too()
    {
        CommandRunner.Hidden[_name] = _secret;
        WithheldVariables.Withhold(x => x == _name);

        Assert.Equal("", await OutputAsync(new Command("printenv", _name)));
    }

    [Fact]
    public void What_is_in_the_variable_of_logins_is_secret_for_every_registry()
    {
        const string auth = "YWRhOndpdGhoZWxkLXBhcnQtMQ==";
        var text = $$"""{"auths":{"a.example":{"auth":"{{auth}}"},"b.example":{"username":"bob","password":"withheld-part-2"},"c.example":{"auth":"no base64!","identitytoken":"withheld-part-3","registrytoken":"withheld-part-4"},"d.example":null} }""";

        Assert.Equal(
            [auth, "ada:withheld-part-1", "withheld-part-1", "withheld-part-2", "no base64!", "withheld-part-3", "withheld-part-4"],
            DockerLogins.SecretsIn(text));
        Assert.Empty(DockerLogins.SecretsIn("no JSON"));

        CommandRunner.Hidden["DOCKER_AUTH_CONFIG"] = text;
        WithheldVariables.Withhold(x => x == "DOCKER_AUTH_CONFIG");

        Assert.Equal($"{Redaction.Mask}, {Redaction.Mask}", Redaction.Redact("withheld-part-1, withheld-part-4"));
    }

    [Theory]
    [InlineData("GITHUB_TOKEN", true)]
    [InlineData("ACTIONS_RUNTIME_TOKEN", true)]
    [InlineData("COSIGN_PKCS11_PIN", true)]
    [InlineData("PARAMS_KEY", true)]
    [InlineData("PARAMS_GHCR_KEY", true)]
    [InlineData("PATH", false)]
    [InlineData("GITHUB_REPOSITORY", false)]
    [InlineData("ACCI_PORTS", false)]
    public void What_is_a_secret_in_every_build_is_known_by_its_name(string name, bool isSecret) => Assert.Equal(isSecret, WithheldVariables.IsWellKnown(name));

    private static async Task<string> OutputAsync(Command command) => (await CommandRunner.TryRunAsync(command, cancellationToken: TestContext.Current.CancellationToken)).StandardOutput;
}
