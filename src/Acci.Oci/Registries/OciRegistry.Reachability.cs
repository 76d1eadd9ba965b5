using System.Net;
using Acci.Oci.Retries;

namespace Acci.Oci.Registries;

public sealed partial class OciRegistry
{
    /// <summary>
    /// Checks that the registry answers and takes the credentials. While it was never reached it is waited for only briefly
    /// (<see cref="RegistryOptions.FirstContactBudget"/>), so that a wrong address is said at once.
    /// </summary>
    /// <exception cref="DeliveryException">
    /// It cannot be reached, speaks another protocol, has a certificate that is not trusted, or refuses the credentials; the message says which.
    /// </exception>
    public async Task EnsureReachableAsync(CancellationToken cancellationToken = default)
    {
        var retry = _options.Retry with { FirstContactBudget = _transport.WasReached ? null : _options.FirstContactBudget };
        try
        {
            await new RetryPolicy(retry).RunAsync($"{Domain}: first contact", async attempt =>
            {
                try
                {
                    // A 401 is an answer, too, where there is nothing to ask a token for.
                    var request = new RegistryRequest(HttpMethod.Get, Address(""), "");
                    using var response = await SendAsync(request, attempt.CancellationToken, HttpStatusCode.Unauthorized);
                    if (response.IsSuccessStatusCode) await _transport.ReadAsync(response, MaximumManifestSize, attempt.CancellationToken);
                }
                catch (Exception exception)
                    when (exception is not TransientException { IsRefusal: true } && TransientFault.Reason(exception) is { } reason)
                {
                    // The rest is said by a server that is there, or is another one.
                    throw new NotReachedException(reason, exception);
                }
            }, cancellationToken);
        }
        catch (RetriesExhaustedException exception) when (exception.InnerException is NotReachedException)
        {
            throw Unreachable(exception.Reason, exception);
        }
        catch (HttpRequestException exception)
        {
            throw Unreachable(exception.GetBaseException().Message.TrimEnd('.'), exception);
        }
        catch (RegistryException exception) when (exception.StatusCode == HttpStatusCode.BadRequest && exception.Message.Contains("HTTPS", StringComparison.Ordinal))
        {
            var isNamed = _options.PlainHttp is true && !RegistryEndpoint.IsLoopback(_transport.Endpoint.Base);
            throw new DeliveryException(
                isNamed ? $"The registry {Domain} speaks TLS, and it was named for plain http: leave out http:// before its name."
                : $"The registry {Domain} speaks TLS; with registries on loopback plain http is spoken. Start it without TLS.", exception);
        }
        catch (RegistryException exception) when (exception.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
        {
            throw _transport.NotARegistry(exception.Message, exception);
        }
    }

    /// <summary>
    /// Whether the machine's own authorities verify the registry's certificate, so that programs which know no others (<see cref="RegistryOptions.Trust"/>) reach it, too.
    /// Null where it cannot be reached.
    /// </summary>
    public async Task<bool?> IsKnownToMachineAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await EnsureContactAsync(cancellationToken);
        }
        catch (DeliveryException)
        {
            // Who refuses has shown a certificate all the same.
        }

        return _transport.WasReached ? !_transport.NeedsNamedAuthorities : null;
    }

    /// <summary>Checks that the registry answers and would let the credentials push, by beginning an upload and giving it up.</summary>
    /// <exception cref="DeliveryException">As for <see cref="EnsureReachableAsync"/>, or the repository may not be pushed to.</exception>
    public async Task EnsurePushAllowedAsync(ImageReference repository, CancellationToken cancellationToken = default)
    {
        await EnsureReachableAsync(cancellationToken);
        var path = PathOf(repository);
        var session = await RunAsync($"upload to {path}", async attempt =>
        {
            using var response = await SendAsync(BeginRequest(path), attempt.CancellationToken);
            return LocationOf(response);
        }, cancellationToken);
        await GiveUpAsync(path, session);
        _pushable.TryAdd(path, true);
    }

    private async Task EnsureContactAsync(CancellationToken cancellationToken)
    {
        if (!_transport.WasReached) await EnsureReachableAsync(cancellationToken);
    }

    private DeliveryException Unreachable(string reason, Exception cause) =>
        new($"The registry {Domain} cannot be reached ({reason}). Check that it runs, and the address given by --registry.", cause);
}
