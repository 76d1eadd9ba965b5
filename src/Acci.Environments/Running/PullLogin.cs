using Acci.Delivery;
using Acci.Delivery.Engines;
using Acci.Delivery.Processes;
using Acci.Delivery.Registries;
using Acci.Oci;
using Serilog;

namespace Acci.Environments.Running;

/// <summary>
/// <c>docker</c> commands that get one image, logged in to its registry as the publish was. Where the registry needs no login, or the docker command has its own, they
/// are the engine's own commands.
/// </summary>
internal sealed class PullLogin : IDisposable
{
    private readonly DockerEngine _engine;
    private readonly TemporaryLogin? _login;
    private readonly ImagePull _pull;

    private PullLogin(DockerEngine engine, TemporaryLogin? login, ImagePull pull) => (_engine, _login, _pull) = (engine, login, pull);

    /// <summary>Whether there are credentials that the docker command does not have by itself.</summary>
    public bool HasCredentials => _login is not null;

    /// <summary>The login for an image's registry.</summary>
    public static async Task<PullLogin> ForAsync(DeliveryContext context, DockerEngine engine, string image)
    {
        var domain = ImageReference.Parse(image).Normalize().Domain!;
        var credentials = await context.CredentialsBesideAsync(engine, domain);
        return new PullLogin(engine, credentials is null ? null : engine.LoginTo(domain, credentials), new ImagePull(context));
    }

    /// <summary>A command.</summary>
    public Command Docker(params IEnumerable<string> arguments) => (_engine with { Login = _login }).Docker(arguments);

    /// <summary>Runs a command of <see cref="Docker"/>, and ends it where the registry of one of these images takes connections and says nothing.</summary>
    /// <exception cref="DeliveryException">One does, or the command failed.</exception>
    public async Task RunAsync(Command command, IReadOnlyList<string> images, CancellationToken cancellationToken)
    {
        // A swarm itself gives up on a registry after half a minute, and goes on: a short retry budget must not end that.
        var result = await _pull.WatchAsync(command, _ => Task.FromResult(images), Log.Verbose, cancellationToken, TimeSpan.FromMinutes(1));
        if (!result.Succeeded) throw new CommandFailedException(command, result);
    }

    /// <summary>Asks a registry whether it is there.</summary>
    public Task<RegistryAnswer> AskAsync(string domain, CancellationToken cancellationToken) => _pull.AskAsync(domain, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _login?.Dispose();
}
