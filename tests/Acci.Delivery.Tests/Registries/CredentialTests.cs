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
    private const string Silent = "exec sleep 600";

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];
    private TimeSpan _helperTime = TimeSpan.FromMinutes(2);

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
                "ghcr.io": { "auth": "{{Base64("ada:s3cr3t:with:colons")}}" },
                "127.0.0.1:5000": { "username": "bob", "password": "s3cr3t" },
                "https://index.docker.io/v1/": { "auth": "{{Base64("cyd:s3cr3t")}}" },
                "https://quay.io/v2/": { "auth": "{{Base64("dee:s3cr3t")}}" }
              },
              "currentContext": "default"
            }
            """);

        var found = await Config.FindAsync(domain, Cancellation);

        Assert.Equal($"{user} ({_folder.Combine("config.json")})", found?.ToString());
        Assert.DoesNotContain("s3cr3t", found!.ToString(), StringComparison.Ordinal);
        if (user == "ada") Assert.Equal(Base64("ada:s3cr3t:with:colons"), found.ToHeader().Parameter);
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

        Assert.Equal(CredentialKind.RefreshToken, (await Config.FindAsync("registry.example", Cancellation))!.Kind);
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
        Write($$"""{"credsStore":"acci-test","auths":{"ghcr.io":{"auth":"{{Base64("ada:s3cr3t")}}"} } }""");
        using var helper = Helper("echo 'credentials not found in native keychain'; exit 1");

        Assert.Equal("ada", (await Config.FindAsync("ghcr.io", Cancellation))?.User);
    }

    [Theory]
    [InlineData("echo hunter2", "answered with something that is not JSON")]
    [InlineData("", "answered with something that is not JSON")]
    [InlineData("echo hunter2; exit 3", "ended with exit code 3")]
    [InlineData(Silent, "did not answer within 2 s")]
    [InlineData(null, "could not be started")]
    public async Task A_credential_helper_that_does_not_work_is_named_and_not_quoted_and_leaves_the_word_to_the_file(string? script, string problem)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The helper of this test is a shell script.");
        Write($$"""{"credsStore":"acci-test","auths":{"ghcr.io":{"auth":"{{Base64("ada:s3cr3t")}}"} } }""");
        using var helper = script is null ? null : Helper(script);
        // One that answers may take its time on a busy machine.
        if (script == Silent) _helperTime = TimeSpan.FromSeconds(2);

        Assert.Equal("ada", (await Config.FindAsync("ghcr.io", Cancellation))?.User);

        Assert.Equal(
            $"docker-credential-acci-test {problem}, so the login for 'ghcr.io' that it may have is not used. "
            + $"Install or repair it, or take it out of {_folder.Combine("config.json")}.",
            Assert.Single(_warnings));
    }

    [Fact]
    public async Task A_credential_helper_that_has_nothing_is_no_fault()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The helper of this test is a shell script.");
        Write("""{"credsStore":"acci-test"}""");
        using var helper = Helper("echo 'credentials not found in native keychain'; exit 1");

        Assert.Null(await Config.FindAsync("ghcr.io", Cancellation));
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("null")]
    [InlineData("{\"auths\":null,\"credHelpers\":null,\"credsStore\":null}")]
    [InlineData("{\"auths\":{\"ghcr.io\":null},\"credHelpers\":{\"ghcr.io\":\"\"},\"credsStore\":\"not-asked\"}")]
    public async Task A_configuration_without_anything_in_it_is_none(string content)
    {
        Write(content);

        Assert.Null(await Config.FindAsync("ghcr.io", Cancellation));
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("ghcr.io/owner", "ghcr.io")]
    [InlineData("https://example.com:443", "example.com:443")]
    [InlineData("https://example.com:443/v2/", "example.com:443")]
    [InlineData("http://example.com:5000/v1/", "example.com:5000")]
    [InlineData("EXAMPLE.com", "example.com")]
    [InlineData("https://Example.com/v2/", "example.com")]
    [InlineData("[::1]:5000", "[::1]:5000")]
    [InlineData("docker.io", "docker.io")]
    [InlineData("https://registry-1.docker.io/v2/", "docker.io")]
    [InlineData("https://example.com", "example.com:5000", false)]
    [InlineData("example.com.evil/example.com", "example.com", false)]
    [InlineData("evil/https://example.com", "example.com", false)]
    public async Task A_key_means_the_host_in_it(string key, string domain, bool isFound = true)
    {
        Write($$"""{"Auths":{"{{key}}":{"Auth":"{{Base64("ada:s3cr3t")}}"} } }""");

        Assert.Equal(isFound ? "ada" : null, (await Config.FindAsync(domain, Cancellation))?.User);
    }

    [Fact]
    public async Task The_registry_itself_goes_before_a_namespace_of_it()
    {
        Write($$"""{"auths":{"ghcr.io/owner":{"auth":"{{Base64("bob:s3cr3t")}}"},"ghcr.io":{"auth":"{{Base64("ada:s3cr3t")}}"} } }""");

        Assert.Equal("ada", (await Config.FindAsync("ghcr.io", Cancellation))?.User);
    }

    [Fact]
    public async Task A_registry_token_goes_to_the_registry_as_it_is()
    {
        Write("""{"auths":{"registry.example":{"registrytoken":"a-long-token"}}}""");

        var found = await Config.FindAsync("registry.example", Cancellation);

        Assert.Equal(new AuthenticationHeaderValue("Bearer", "a-long-token"), found?.ToHeader());
    }

    [Fact]
    public async Task The_variable_of_logins_goes_before_the_file_and_what_it_does_not_name_is_in_the_file()
    {
        Write($$"""{"auths":{"ghcr.io":{"auth":"{{Base64("ada:s3cr3t")}}"},"quay.io":{"auth":"{{Base64("cyd:s3cr3t")}}"} } }""");
        var config = ConfigWith(("DOCKER_AUTH_CONFIG", $$"""{"auths":{"ghcr.io":{"auth":"{{Base64("bob:s3cr3t")}}"} } }"""));

        Assert.Equal("bob (the environment variable DOCKER_AUTH_CONFIG)", (await config.FindAsync("ghcr.io", Cancellation))?.ToString());
        Assert.Equal("cyd", (await config.FindAsync("quay.io", Cancellation))?.User);
    }

    [Fact]
    public async Task A_variable_of_logins_that_cannot_be_read_is_said_and_not_quoted()
    {
        Write($$"""{"auths":{"ghcr.io":{"auth":"{{Base64("ada:s3cr3t")}}"} } }""");

        Assert.Equal("ada", (await ConfigWith(("DOCKER_AUTH_CONFIG", "hunter2")).FindAsync("ghcr.io", Cancellation))?.User);

        Assert.StartsWith("The environment variable DOCKER_AUTH_CONFIG is not valid JSON", Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", _warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_in_the_variable_that_is_not_base64_is_to_be_corrected_there()
    {
        var config = ConfigWith(("DOCKER_AUTH_CONFIG", """{"auths":{"ghcr.io":{"auth":"ada:s3cr3t!"} } }"""));

        var error = await Assert.ThrowsAsync<DeliveryException>(async () => await config.FindAsync("ghcr.io", Cancellation));

        Assert.Equal(
            "the environment variable DOCKER_AUTH_CONFIG: an 'auth' entry is not base64. It has to be USER:PASSWORD in base64: correct the variable, or remove it.",
            error.Message);
    }

    [Fact]
    public async Task The_first_source_that_knows_decides()
    {
        Write($$"""{"auths":{"ghcr.io":{"auth":"{{Base64("ada:s3cr3t")}}"} } }""");
        var given = new Credentials("bob", "s3cr3t");

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

    private static RegistryAuthorization Authorization(string domain, Action sent) => new(domain, new Credentials("ada", "s3cr3t"), (_, _, _) =>
    {
        sent();
        return Task.FromResult(new HttpResponseMessage());
    }, TimeProvider.System);

    private DockerConfig Config => ConfigWith();

    private DockerConfig ConfigWith(params (string Name, string Value)[] variables) =>
        new(ProcessEnvironment.Empty.With([("DOCKER_CONFIG", _folder.Path), .. variables])) { Warn = _warnings.Add, HelperTime = _helperTime };

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
