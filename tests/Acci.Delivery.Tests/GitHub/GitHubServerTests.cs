using Acci.Delivery.GitHub;
using Acci.Oci;

namespace Acci.Delivery.Tests.GitHub;

public sealed class GitHubServerTests
{
    [Theory]
    [InlineData("https://api.github.com", "https://api.github.com/", "github.com")]
    [InlineData("https://github.example.com/api/v3", "https://github.example.com/api/v3/", "github.example.com")]
    [InlineData("https://api.octo.ghe.com/", "https://api.octo.ghe.com/", "octo.ghe.com")]
    [InlineData("http://127.0.0.1:5000", "http://127.0.0.1:5000/", "127.0.0.1")]
    public void An_address_names_the_api_and_the_host(string text, string api, string host)
    {
        var server = GitHubServer.Parse(text);

        Assert.Equal(api, server.Api.ToString());
        Assert.Equal(host, server.Host);
    }

    [Theory]
    [InlineData("github.com", "not the address")]
    [InlineData("ftp://github.com", "not the address")]
    [InlineData("http://github.example.com/api/v3", "plain http")]
    public void A_token_goes_to_no_other_address(string text, string problem) =>
        Assert.Contains(problem, Assert.Throws<DeliveryException>(() => GitHubServer.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("https://api.github.com", "ghcr.io/octo/app", true)]
    [InlineData("https://api.github.com", "docker.io/octo/app", false)]
    [InlineData("https://api.github.com", "containers.github.com/octo/app", false)]
    [InlineData("https://api.octo.ghe.com", "containers.octo.ghe.com/octo/app", true)]
    [InlineData("https://github.example.com/api/v3", "containers.github.example.com/octo/app", true)]
    [InlineData("https://github.example.com/api/v3", "ghcr.io/octo/app", false)]
    public void A_server_knows_the_packages_of_its_own_registry(string api, string repository, bool own) =>
        Assert.Equal(own, GitHubServer.Parse(api).HasRegistry(ImageReference.Parse(repository)));

    [Theory]
    [InlineData("https://github.com/octo/app.git", "octo/app")]
    [InlineData("git@github.com:octo/app.git", "octo/app")]
    [InlineData("ssh://git@github.com/octo/app", "octo/app")]
    [InlineData("https://gitlab.com/octo/app.git", null)]
    [InlineData("https://github.com/octo", null)]
    [InlineData("/srv/git/app.git", null)]
    [InlineData(null, null)]
    public void A_remote_names_a_repository_when_it_is_on_the_server(string? remote, string? repository) =>
        Assert.Equal(repository, GitHubRepository.OfRemote(remote, "github.com")?.ToString());

    [Theory]
    [InlineData("octo")]
    [InlineData("octo/")]
    [InlineData("octo/app/more")]
    public void A_repository_is_an_owner_and_a_name(string text) =>
        Assert.Contains("owner/name", Assert.Throws<DeliveryException>(() => GitHubRepository.Parse(text)).Message, StringComparison.Ordinal);
}
