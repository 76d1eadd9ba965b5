using System.Text;
using Acci.Delivery.Registries;
using Acci.Delivery.Scanning;
using Acci.Delivery.Tests.Publishing;
using Acci.Testing;

namespace Acci.Delivery.Tests.Signing;

/// <summary>The variable with docker's logins is withheld from programs; what it says reaches those that need a login.</summary>
public sealed class ToolLoginTests(SigstoreFixture sigstore) : IClassFixture<SigstoreFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_login_in_the_variable_alone_is_enough_to_sign_verify_and_scan()
    {
        await using var tokens = await TokenService.StartAsync();
        await using var server = RegistryServer.With(tokens.Configuration);
        await server.StartAsync();
        using var world = await PublishWorld.BuiltAsync(server);
        var login = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{TokenService.User}:{TokenService.Password}"));
        world.Job = sigstore.Job().With(("DOCKER_AUTH_CONFIG", $$"""{"auths":{"{{server.Domain}}":{"auth":"{{login}}"} } }"""));

        await world.RunUntilAsync("SignImages");
        await world.RunAsync("SignImages");
        await world.RunAsync("VerifyImages");

        using var context = world.Context();
        var scanner = (await context.ScannerAsync()).Scanner!;
        Assert.Equal(TokenService.User, (await scanner.Login.FindAsync(server.Domain, Cancellation))?.User);
        Assert.Null(await scanner.Login.FindAsync("registry.example.com", Cancellation));
        // Docker gets the variable itself.
        Assert.Null(await context.OwnCredentials().FindAsync(server.Domain, Cancellation));
    }
}
