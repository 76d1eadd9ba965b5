using System.Text.Json.Nodes;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Oci.Registries;
using Acci.Testing;

namespace Acci.Delivery.Tests.Registries;

public sealed class TemporaryLoginTests : IDisposable
{
    private static readonly Credentials Ada = new("ada", "open sesame");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_login_is_added_to_what_the_configuration_has()
    {
        Directory.CreateDirectory(_folder.Combine("contexts", "meta", "0815"));
        await File.WriteAllTextAsync(_folder.Combine("contexts", "meta", "0815", "meta.json"), "{}", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            _folder.Combine("config.json"), """{"auths":{"other.example":{"auth":"YTpi"}},"credsStore":"desktop","currentContext":"remote","cliPluginsExtraDirs":["/plugins"]}""", TestContext.Current.CancellationToken);

        using var login = new TemporaryLogin("ghcr.io", Ada, _folder.Path);

        var configuration = Read(login);
        Assert.Equal(("desktop", "remote"), (configuration["credsStore"]!.ToString(), configuration["currentContext"]!.ToString()));
        Assert.Equal(["other.example", "ghcr.io"], configuration["auths"]!.AsObject().Select(x => x.Key));
        // The helper that knows all other logins does not know this one.
        Assert.Equal("", configuration["credHelpers"]!["ghcr.io"]!.ToString());
        Assert.Equal(["/plugins", _folder.Combine("cli-plugins")], configuration["cliPluginsExtraDirs"]!.AsArray().Select(x => x!.ToString()));
        Assert.True(File.Exists(Path.Combine(login.Folder, "contexts", "meta", "0815", "meta.json")));
        Assert.Equal("ada", (await FindAsync(login))?.User);
    }

    [Fact]
    public void Docker_Hub_has_the_name_that_docker_looks_it_up_by()
    {
        using var login = new TemporaryLogin("docker.io", Ada);

        Assert.Equal("https://index.docker.io/v1/", Assert.Single(Read(login)["auths"]!.AsObject()).Key);
    }

    [Fact]
    public void A_configuration_that_is_no_JSON_is_an_error_that_names_the_file_and_leaves_nothing_behind()
    {
        File.WriteAllText(_folder.Combine("config.json"), """{"auths": "secret""");

        var failure = Assert.Throws<DeliveryException>(() => new TemporaryLogin("ghcr.io", Ada, _folder.Path));

        Assert.Contains(_folder.Combine("config.json"), failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CredentialKind.RefreshToken, "identitytoken")]
    [InlineData(CredentialKind.BearerToken, "registrytoken")]
    public async Task A_token_stays_a_token_of_its_kind(CredentialKind kind, string member)
    {
        using var login = new TemporaryLogin("ghcr.io", new Credentials("<token>", "a-long-token") { Kind = kind });

        Assert.Equal($$"""{"{{member}}":"a-long-token"}""", Read(login)["auths"]!["ghcr.io"]!.ToJsonString());
        Assert.Equal(kind, (await FindAsync(login))?.Kind);
    }

    [Fact]
    public async Task The_login_is_added_to_an_empty_file_and_whatever_the_case_of_the_names()
    {
        await File.WriteAllTextAsync(_folder.Combine("config.json"), "", TestContext.Current.CancellationToken);
        using (var login = new TemporaryLogin("ghcr.io", Ada, _folder.Path)) Assert.Equal("ada", (await FindAsync(login))?.User);
        const string other = """{"Auths":{"quay.io":{"auth":"Ym9iOnNlY3JldA=="}}}""";
        await File.WriteAllTextAsync(_folder.Combine("config.json"), other, TestContext.Current.CancellationToken);
        using (var login = new TemporaryLogin("ghcr.io", Ada, _folder.Path))
        {
            Assert.Equal("ada", (await FindAsync(login))?.User);
            Assert.Equal("bob", (await FindAsync(login, "quay.io"))?.User);
        }
    }

    [Theory]
    [InlineData("builders-of-nodes")]
    [InlineData(null)]
    public void Builders_stay_where_they_are_kept(string? builders)
    {
        var engine = new DockerEngine("docker") { Process = ProcessEnvironment.Empty, Configuration = _folder.Path, Builders = builders };
        using var login = engine.LoginTo("ghcr.io", Ada);

        var command = (engine with { Login = login }).Docker("buildx", "create");

        Assert.Equal(builders ?? _folder.Combine("buildx"), command.Environment["BUILDX_CONFIG"]);
    }

    private static ValueTask<Credentials?> FindAsync(TemporaryLogin login, string domain = "ghcr.io") =>
        new DockerConfig(ProcessEnvironment.Empty.With(("DOCKER_CONFIG", login.Folder))).FindAsync(domain, TestContext.Current.CancellationToken);

    private static JsonObject Read(TemporaryLogin login) => JsonNode.Parse(File.ReadAllBytes(Path.Combine(login.Folder, "config.json")))!.AsObject();
}
