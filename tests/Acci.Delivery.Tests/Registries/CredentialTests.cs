using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Registries;

/// <summary>Where credentials come from.</summary>
public sealed class CredentialTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ghcr.io", "ada")]
    [InlineData("127.0.0.1:5000", "bob")]
    [InlineData("docker.io", "cyd")]
    [InlineData("quay.io", "dee")]
    public async Task Dockers_configuration_is_read(string domain, string user)
    {
        Write($$"""
            {
              "auths": {
                "ghcr.io": { "auth": "{{Base64("ada:secret:with:colons")}}" },
                "127.0.0.1:5000": { "username": "bob", "password": "secret" },
                "https://index.docker.io/v1/": { "auth": "{{Base64("cyd:secret")}}" },
                "https://quay.io/v2/": { "auth": "{{Base64("dee:secret")}}" }
              },
              "currentContext": "default"
            }
            """);

        var found = await Config.FindAsync(domain, Cancellation);

        Assert.Equal($"{user} ({_folder.Combine("config.json")})", found?.ToString());
        Assert.DoesNotContain("secret", found!.ToString(), StringComparison.Ordinal);
        if (user == "ada") Assert.Equal(Base64("ada:secret:with:colons"), found.ToHeader().Parameter);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"auths":{}}""")]
    [InlineData("""{"auths":{"ghcr.io.example":{"auth":"YTpi"},"ghcr.io":{}}}""")]
    public async Task What_dockers_configuration_does_not_name_has_no_credentials(string content)
    {
        Write(content);

        Assert.Null(await Config.FindAsync("ghcr.io", Cancellation));
    }

    [Fact]
    public async Task Without_a_configuration_there_are_none() => Assert.Null(await Config.FindAsync("ghcr.io", Cancellation));

    [Fact]
    public async Task A_broken_configuration_is_said_without_quoting_it()
    {
        Write("{\n  \"auths\": { \"ghcr.io\": { \"auth\": hunter2 } }\n}");

        var error = await Assert.ThrowsAsync<DeliveryException>(async () => await Config.FindAsync("ghcr.io", Cancellation));

        Assert.StartsWith($"{_folder.Combine("config.json")}: line 2 is not valid JSON.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identity_token_is_a_refresh_token()
    {
        Write($$"""{"auths":{"registry.example":{"auth":"{{Base64("00000000-0000-0000-0000-000000000000:")}}","identitytoken":"a-long-token"} } }""");

        Assert.True((await Config.FindAsync("registry.example", Cancellation))!.IsRefreshToken);
    }

    [Theory]
    [InlineData("""{"credHelpers":{"ghcr.io":"acci-test"}}""", "ghcr.io")]
    [InlineData("""{"credsStore":"acci-test"}""", "ghcr.io")]
    [InlineData("""{"credsStore":"acci-test"}""", "docker.io")]
    public async Task A_credential_helper_is_asked_on_its_standard_input(string content, string domain)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The helper of this test is a shell script.");
        Write(content);
        using var helper = Helper("""read key; [ "$1" = get ] && printf '{"ServerURL":"%s","Username":"ada of %s","Secret":"from the helper"}' "$key" "$key" """);

        var found = await Config.FindAsync(domain, Cancellation);

        Assert.Equal($"ada of {(domain == "docker.io" ? "https://index.docker.io/v1/" : domain)} (docker-credential-acci-test)", found?.ToString());
    }

    [Fact]
    public async Task A_credential_helper_that_has_nothing_leaves_the_word_to_the_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The helper of this test is a shell script.");
        Write($$"""{"credsStore":"acci-test","auths":{"ghcr.io":{"auth":"{{Base64("ada:secret")}}"} } }""");
        using var helper = Helper("echo 'credentials not found in native keychain'; exit 1");

        Assert.Equal("ada", (await Config.FindAsync("ghcr.io", Cancellation))?.User);
    }

    [Fact]
    public async Task A_credential_helper_that_answers_nonsense_is_named_and_not_quoted()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The helper of this test is a shell script.");
        Write("""{"credsStore":"acci-test"}""");
        using var helper = Helper("echo hunter2");

        var error = await Assert.ThrowsAsync<DeliveryException>(async () => await Config.FindAsync("ghcr.io", Cancellation));

        Assert.StartsWith("docker-credential-acci-test answered 'get' for 'ghcr.io' with something that is not JSON.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_source_that_knows_decides()
    {
        Write($$"""{"auths":{"ghcr.io":{"auth":"{{Base64("ada:secret")}}"} } }""");
        var given = new Credentials("bob", "secret");

        Assert.Equal("bob", (await Credentials.From(given, Config).FindAsync("ghcr.io", Cancellation))?.User);
        Assert.Equal("ada", (await Credentials.From(null, Config).FindAsync("ghcr.io", Cancellation))?.User);
        Assert.Null(await Credentials.From(null, Config).FindAsync("quay.io", Cancellation));
        Assert.Null(await Credentials.None.FindAsync("ghcr.io", Cancellation));
    }

    [Fact]
    public async Task A_token_for_GitHub_goes_to_no_other_registry()
    {
        var credentials = new EnvironmentCredentials(ProcessEnvironment.Empty.With(("CR_PAT", "ghp_secret")));

        Assert.Equal("the environment variable CR_PAT", (await credentials.FindAsync("ghcr.io", Cancellation))?.Origin);
        Assert.Null(await credentials.FindAsync("ghcr.io.example", Cancellation));
        Assert.Null(await credentials.FindAsync("127.0.0.1:5000", Cancellation));
    }

    [Fact]
    public async Task Credentials_are_not_sent_to_a_token_service_without_TLS()
    {
        var sent = 0;
        using var authorization = Authorization("ghcr.io", () => sent++);
        using var response = new HttpResponseMessage(HttpStatusCode.Unauthorized)
        {
            Headers = { WwwAuthenticate = { new AuthenticationHeaderValue("Bearer", "realm=\"http://tokens.example/token\",service=\"ghcr.io\"") } },
        };

        var error = await Assert.ThrowsAsync<DeliveryException>(() => authorization.RenewAsync(response, "repository:owner/acci:pull", null, Cancellation));

        Assert.StartsWith("ghcr.io: its token service http://tokens.example/token is not reached by https, so the credentials of 'ada' were not sent there.", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, sent);
    }

    [Fact]
    public async Task Who_may_not_push_to_GitHub_is_told_what_the_token_lacks()
    {
        using var authorization = Authorization("ghcr.io", () => { });
        var refusal = new RegistryError(HttpStatusCode.Forbidden, "403 Forbidden", ["DENIED"], "DENIED: permission_denied: write_package");

        var error = await authorization.RefusalAsync(refusal, "repository:owner/acci:pull,push", Cancellation);

        Assert.Equal(
            "ghcr.io does not let 'ada' (credentials from --registry-user and --registry-token) push to owner/acci "
            + "(403 Forbidden: DENIED: permission_denied: write_package). The token needs the permission packages: write, and the package must let it in "
            + "(package settings, Manage Actions access).",
            error.Message);
    }

    private static RegistryAuthorization Authorization(string domain, Action sent) => new(domain, new Credentials("ada", "secret"), (_, _, _) =>
    {
        sent();
        return Task.FromResult(new HttpResponseMessage());
    }, TimeProvider.System);

    private DockerConfig Config => new(_folder.Path);

    private void Write(string content) => File.WriteAllText(_folder.Combine("config.json"), content);

    /// <summary>Puts a helper on the PATH.</summary>
    private PathEntry Helper(string script)
    {
        var folder = Directory.CreateDirectory(_folder.Combine("bin")).FullName;
        var file = Path.Combine(folder, "docker-credential-acci-test");
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new PathEntry(folder);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private sealed class PathEntry : IDisposable
    {
        private readonly string? _before = Environment.GetEnvironmentVariable("PATH");

        public PathEntry(string folder) => Environment.SetEnvironmentVariable("PATH", $"{folder}{Path.PathSeparator}{_before}");

        public void Dispose() => Environment.SetEnvironmentVariable("PATH", _before);
    }
}
