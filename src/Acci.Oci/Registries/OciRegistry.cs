using System.Collections.Concurrent;
using System.Net;
using Acci.Oci.Retries;

namespace Acci.Oci.Registries;

/// <summary>
/// A registry, talked to by the OCI distribution specification 1.1. Every operation is repeated, within the retry budget, when it fails for a reason that
/// may pass; what it throws then is a <see cref="RetriesExhaustedException"/>, and for what the registry refuses a <see cref="RegistryException"/>.
/// Instances are safe to be used from several threads.
/// </summary>
public sealed partial class OciRegistry : IDisposable
{
    private readonly RegistryOptions _options;
    private readonly RegistryTransport _transport;
    private readonly RetryPolicy _retry;

    // For what is done without where it fails.
    private readonly RetryPolicy _once;

    // Repositories that may be pushed to: see ReadScope.
    private readonly ConcurrentDictionary<string, bool> _pushable = new(StringComparer.Ordinal);

    /// <summary>The registry of this domain; nothing is sent yet.</summary>
    /// <param name="domain">The domain as it stands in references: <c>ghcr.io</c>, <c>127.0.0.1:5000</c>.</param>
    /// <param name="options">How it is talked to.</param>
    /// <exception cref="DeliveryException">This is no domain.</exception>
    public OciRegistry(string domain, RegistryOptions? options = null)
    {
        _options = options ?? new RegistryOptions();
        _transport = new RegistryTransport(RegistryEndpoint.Of(domain, _options.PlainHttp), _options);
        _retry = new RetryPolicy(_options.Retry with { BoundsAttempts = true });
        _once = new RetryPolicy(_options.Retry with { Budget = TimeSpan.Zero });
    }

    /// <summary>The registry's domain.</summary>
    public string Domain => _transport.Endpoint.Domain;

    /// <summary>The registry that a reference names.</summary>
    public static OciRegistry Of(ImageReference reference, RegistryOptions? options = null) => new(DomainOf(reference), options);

    /// <inheritdoc/>
    public void Dispose()
    {
        _transport.Dispose();
        _referrersGate.Dispose();
    }

    private static string DomainOf(ImageReference reference) => reference.Domain ?? RegistryEndpoint.DockerHub;

    /// <summary>The repository's path at this registry.</summary>
    private string PathOf(ImageReference reference)
    {
        if (DomainOf(reference) != Domain) throw new ArgumentException($"'{reference}' is not of the registry {Domain}.", nameof(reference));
        var isOfficial = Domain == RegistryEndpoint.DockerHub && !reference.Path.Contains('/', StringComparison.Ordinal);
        return isOfficial ? $"library/{reference.Path}" : reference.Path;
    }

    private Uri Address(string path) => new(_transport.Endpoint.Base, $"v2/{path}");

    private static string PullScope(string repository) => $"repository:{repository}:pull";

    // One token then serves all requests, and some registries show a repository that is not there yet only to its future owner.
    private string ReadScope(string repository) => _pushable.ContainsKey(repository) ? PushScope(repository) : PullScope(repository);

    private static string PushScope(string repository) => $"repository:{repository}:pull,push";

    private static string DeleteScope(string repository) => $"repository:{repository}:delete,pull";

    // The distribution project's registry takes the end of an upload for a deletion like any other.
    private static string AbandonScope(string repository) => $"repository:{repository}:pull,push,delete";

    private async Task<T> RunAsync<T>(string operation, Func<Attempt, Task<T>> action, CancellationToken cancellationToken)
    {
        try
        {
            return await _retry.RunAsync($"{Domain}: {operation}", action, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new DeliveryException($"{Domain}: {operation} failed: {exception.GetBaseException().Message}", exception) { IsUndecided = true };
        }
    }

    /// <summary>Sends a request; an answer that is neither a success nor has one of these statuses is an error.</summary>
    private Task<HttpResponseMessage> SendAsync(RegistryRequest request, CancellationToken cancellationToken, params HttpStatusCode[] expected) =>
        _transport.SendAsync(request, cancellationToken, expected);
}
