using System.Text.Json.Nodes;
using Acci.Delivery.Diagnosis;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Testing;

namespace Acci.Delivery.Tests.Engines;

/// <summary>What the private engine's command has of the user's configuration.</summary>
public sealed class PrivateConfigurationTests : IDisposable
{
    private const string Proxies = """{ "default": { "httpsProxy": "http://proxy.corp:3128", "noProxy": ".corp" } }""";

    private readonly TemporaryFolder _folder = new();

    private string Users => _folder.Combine("users", "config.json");

    private string Own => _folder.Combine("own", "config.json");

    private ProcessEnvironment Environment => ProcessEnvironment.Empty.With(("DOCKER_CONFIG", _folder.Combine("users")));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_has_the_proxies_for_build_steps_and_containers_and_nothing_else()
    {
        Directory.CreateDirectory(_folder.Combine("users"));
        Directory.CreateDirectory(_folder.Combine("own"));
        PrivateConfiguration.Update(_folder.Combine("own"), Environment);
        Assert.False(File.Exists(Own));

        File.WriteAllText(Users, $$"""{ "auths": { "registry.corp": { "auth": "YTpi" } }, "credsStore": "pass", "proxies": {{Proxies}} }""");
        File.WriteAllText(Own, """{ "aliases": { "builder": "buildx" } }""");
        Assert.True(PrivateConfiguration.HasProxies(Environment));
        PrivateConfiguration.Update(_folder.Combine("own"), Environment);
        AssertIs($$"""{ "aliases": { "builder": "buildx" }, "proxies": {{Proxies}} }""");
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Own));

        File.WriteAllText(Users, "{}");
        Assert.False(PrivateConfiguration.HasProxies(Environment));
        PrivateConfiguration.Update(_folder.Combine("own"), Environment);
        AssertIs("""{ "aliases": { "builder": "buildx" } }""");

        void AssertIs(string json) => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), JsonNode.Parse(File.ReadAllText(Own))), File.ReadAllText(Own));
    }

    [Fact]
    public void A_proxy_with_a_login_is_left_out_and_known_by_its_name()
    {
        Directory.CreateDirectory(_folder.Combine("users"));
        Directory.CreateDirectory(_folder.Combine("own"));
        File.WriteAllText(Users, """{ "proxies": { "default": { "httpsProxy": "http://ada:s3cr3t@proxy.corp:3128", "noProxy": ".corp" }, "tcp://far": { "httpProxy": "http://ada:s3cr3t@other" } } }""");

        PrivateConfiguration.Update(_folder.Combine("own"), Environment);

        Assert.Equal(["default.httpsProxy", "tcp://far.httpProxy"], PrivateConfiguration.ProxiesWithLogin(Environment));
        Assert.DoesNotContain("s3cr3t", File.ReadAllText(Own), StringComparison.Ordinal);
        Assert.Contains("noProxy", File.ReadAllText(Own), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_names_such_a_proxy_and_not_its_login()
    {
        Directory.CreateDirectory(_folder.Combine("users"));
        await File.WriteAllTextAsync(Users, """{ "proxies": { "default": { "httpsProxy": "http://ada:s3cr3t@proxy.corp:3128" } } }""", TestContext.Current.CancellationToken);
        using var context = new DeliveryContext(new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts"), Images = [] }, TestContext.Current.CancellationToken) { Environment = Environment };

        var text = await Assert.Single(new Preflight(context, DeliveryScope.Publish).Checks, x => x.Name == "Proxies").LookAsync();

        Assert.StartsWith("default.httpsProxy in docker's config.json", text, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", text, StringComparison.Ordinal);
        File.Delete(Users);
        Assert.DoesNotContain(new Preflight(context, DeliveryScope.Publish).Checks, x => x.Name == "Proxies");
    }

    [Theory]
    [InlineData("http://proxy.corp:3128", "{}", true)]
    [InlineData("http://proxy.corp:3128", $$"""{ "proxies": {{Proxies}} }""", false)]
    [InlineData("", "{}", false)]
    public async Task Doctor_says_that_the_steps_of_a_build_have_no_proxy_where_the_build_has_one(string proxy, string configuration, bool isSaid)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in is a shell script.");
        Directory.CreateDirectory(_folder.Combine("users"));
        await File.WriteAllTextAsync(Users, configuration, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder.Combine("docker"), """
            #!/bin/sh
            case "$*" in
                "buildx version") echo v0.29.0 ;;
                info*) echo '{}' ;;
                *) echo 29.0.0 ;;
            esac

            """.ReplaceLineEndings("\n"), TestContext.Current.CancellationToken);
        File.SetUnixFileMode(_folder.Combine("docker"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var context = new DeliveryContext(new DeliveryOptions { Root = _folder.Path, Artifacts = _folder.Combine("artifacts") }, TestContext.Current.CancellationToken)
        {
            Environment = Environment.With(("HTTPS_PROXY", proxy)).WithProgramsOf(_folder.Path),
        };

        var finding = Assert.Single(await new EngineExamination(context, TimeSpan.FromSeconds(1)).RunAsync());

        Assert.Equal(isSaid, finding.Text.Contains("the steps of its builds have no proxy (`proxies` in docker's config.json)", StringComparison.Ordinal));
    }
}
