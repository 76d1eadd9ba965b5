using Acci.Delivery.Processes;

namespace Acci.Delivery.Tests.Processes;

/// <summary>What is secret in the variable with docker's logins, however it is written.</summary>
public sealed class DockerLoginsTests
{
    // ada:wît>?-part, in the alphabet of addresses.
    private const string Auth = "YWRhOnfDrnQ-Py1wYXJ0";

    [Theory]
    [InlineData("\uFEFF{\"auths\":{\"a.example\":{\"password\":\"part-1\"}}}", "part-1")]
    [InlineData("\n{\"auths\":{\"a.example\":{\"password\":\"part-1\",},},}", "part-1")]
    [InlineData("{\"auths\":{ // mine\n\"a.example\":{\"password\":\"part-1\"}}}", "part-1")]
    [InlineData($"{{\"auths\":{{\"a.example\":{{\"auth\":\"{Auth}\"}}}}}}", Auth, "ada:wît>?-part", "wît>?-part")]
    [InlineData("{\"auths\":{\"a.example\":{\"auth\":\"YWRhOnB3\"}}}", "YWRhOnB3", "ada:pw", "pw")]
    [InlineData("{\"auths\":{\"a.example\":{\"auth\":\"YWRhOg==\",\"identitytoken\":\"YWRhOg==\"}}}", "YWRhOg==")]
    [InlineData("{\"HttpHeaders\":{\"X-Key\":\"part-1\",\"Authorization\":\"Bearer part-2\"}}", "part-1", "Bearer part-2", "part-2")]
    [InlineData("{\"proxies\":{\"default\":{\"httpProxy\":\"http://ada:pa%21rt@proxy.example:3128\",\"noProxy\":\"a.example\"}}}", "pa%21rt", "pa!rt")]
    [InlineData("{\"credsStore\":\"desktop\",\"proxies\":{\"default\":{\"httpProxy\":\"http://proxy.example:3128\"}}}")]
    public void All_that_is_secret_is_found(string text, params string[] secrets) => Assert.Equal(secrets, DockerLogins.SecretsIn(text));
}
