using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using Acci.Oci.Retries;

namespace Acci.Oci.Registries;

/// <summary>Sends single requests to one registry, with authorization; tells refusals from failures that may pass. Repeating is left to the caller.</summary>
internal sealed class RegistryTransport : IDisposable
{
    // Different ones of the registry's own.
    private const int MostWarnings = 5;
    // How many times the longest silence an answer may take as a whole that is known to be small: 10 minutes of one minute.
    private const int MostStalls = 10;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly TimeSpan _stallTimeout;
    private readonly HttpMessageInvoker _http;
    private readonly RegistryAuthorization _authorization;
    private readonly Action<string>? _warn;
    private readonly ConcurrentDictionary<string, bool> _warned = new(StringComparer.Ordinal);
    private readonly HashSet<string> _relayed = new(StringComparer.Ordinal);
    private readonly RegistryOptions _options;

    // Why the last certificate was not trusted, where that is more than the system says.
    private volatile string? _notTrusted;

    private volatile bool _needsNamed;

    // The server does not want to be asked before a body is sent.
    private volatile bool _refusesExpectations;

    public RegistryTransport(RegistryEndpoint endpoint, RegistryOptions options)
    {
        Endpoint = endpoint;
        _time = options.Time;
        _warn = options.Warn;
        _options = options;
        // Who is given less time for failures than for silence is not waited for longer.
        var budget = options.Retry.Budget;
        _stallTimeout = budget > TimeSpan.Zero && budget < options.StallTimeout ? budget : options.StallTimeout;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            UseProxy = !RegistryEndpoint.IsLoopback(endpoint.Base),
            UseCookies = false,
            // Followed here, where the credentials are known, and what may be followed.
            AllowAutoRedirect = false,
            SslOptions = options.Trust.ToOptions(problem => _notTrusted = problem, () => _needsNamed = true),
        });
        _authorization = new RegistryAuthorization(endpoint.Domain, options.Credentials, AskTokenServiceAsync, options.Time)
        {
            IsOneOfSeveral = options.IsOneOfSeveral,
            PlainHttpHost = endpoint.Base.Scheme == Uri.UriSchemeHttp ? endpoint.Base.Host : null,
        };
    }

    public RegistryEndpoint Endpoint { get; }

    /// <summary>Whether the registry has ever answered, with whatever.</summary>
    public bool WasReached { get; private set; }

    /// <summary>A server's certificate was verified by the authorities that were named, and not by the machine's.</summary>
    public bool NeedsNamedAuthorities => _needsNamed;

    /// <summary>Tells whoever uses the registry, once.</summary>
    public void Warn(string text)
    {
        if (_warned.TryAdd(text, true)) _warn?.Invoke(text);
    }

    // What it warns of may have a number in it that changes from answer to answer.
    private void Relay(string warning)
    {
        lock (_relayed)
        {
            if (_relayed.Count > MostWarnings || !_relayed.Add(warning)) return;
            Warn(_relayed.Count <= MostWarnings ? $"{Endpoint.Domain} warns: {warning}" : $"{Endpoint.Domain} warns of more, which is not shown.");
        }
    }

    // At the end of a redirection.
    private bool IsFromElsewhere(HttpResponseMessage response) => Elsewhere(response) is not null;

    private string? Elsewhere(HttpResponseMessage response) => Elsewhere(response.RequestMessage!.RequestUri!);

    // Another server than the registry, such as its storage, as a message names it that began with the registry.
    private string? Elsewhere(Uri address) => Endpoint.Owns(address) ? null : $"the server {address.Authority} that it sends on to";

    /// <summary>Sends a request and returns the answer, whatever its status.</summary>
    /// <exception cref="RegistryException">The token service refused a token.</exception>
    public async Task<HttpResponseMessage> SendAnyAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        var response = await SendAuthorizedAsync(request, cancellationToken);
        if (IsFromElsewhere(response)) return response;
        foreach (var warning in RegistryWarning.In(response)) Relay(warning);
        return response;
    }

    private async Task<HttpResponseMessage> SendAuthorizedAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        // Elsewhere, as in the storage that some registries have uploads go to, the credentials are none of anybody's business.
        if (!Endpoint.Owns(request.Address)) return await SendOnceAsync(request, null, cancellationToken);

        var header = await _authorization.HeaderAsync(request.Scope, cancellationToken);
        var response = await SendOnceAsync(request, header, cancellationToken);
        WasReached = true;
        // Nor is a 401 from there, at the end of a redirection, one to be answered with credentials.
        if (response.StatusCode != HttpStatusCode.Unauthorized || IsFromElsewhere(response)) return response;
        if (await _authorization.HasNothingToAskForAsync(response, request.Scope, cancellationToken)) return response;

        using (response)
        {
            var renewed = await _authorization.RenewAsync(response, request.Scope, header, cancellationToken);
            if (renewed is null) throw await _authorization.RefusalAsync(response, request.Scope, cancellationToken);
            header = renewed;
        }

        response = await SendOnceAsync(request, header, cancellationToken);
        if (response.StatusCode != HttpStatusCode.Unauthorized || IsFromElsewhere(response)) return response;
        using (response) throw await _authorization.RefusalAsync(response, request.Scope, cancellationToken);
    }

    /// <summary>Sends a request and returns the answer, if it is a success or has one of these statuses.</summary>
    /// <exception cref="TransientException">The status is one that may be another the next time.</exception>
    /// <exception cref="RegistryException">The request was refused.</exception>
    public async Task<HttpResponseMessage> SendAsync(RegistryRequest request, CancellationToken cancellationToken, params HttpStatusCode[] expected)
    {
        var response = await SendAnyAsync(request, cancellationToken);
        var refusesElsewhere = response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden && IsFromElsewhere(response);
        // A storage's address may be signed for GET alone.
        HttpStatusCode? status = !refusesElsewhere ? response.StatusCode : request.Method == HttpMethod.Head ? HttpStatusCode.MethodNotAllowed : null;
        if (response.IsSuccessStatusCode || (status is { } own && expected.Contains(own))) return response;
        using (response)
        {
            var error = await RegistryError.ReadAsync(response, cancellationToken);
            if (refusesElsewhere)
            {
                throw new RegistryException(
                    $"{Endpoint.Domain} sends {request.Method} {ShownText.Of(request.Address.AbsolutePath)} on to {response.RequestMessage!.RequestUri!.Authority}, which refuses it ({error}). The "
                    + "credentials are not the reason, because that server does not get them: check whether a proxy or a firewall refuses it, or ask the registry's operator.",
                    error);
            }

            var elsewhere = Elsewhere(response);
            if (TransientException.IsTransient(response.StatusCode))
                throw TransientException.From(response, elsewhere is null ? error.Detail : $"{elsewhere}: {error.Detail}".TrimEnd(' ', ':'), _time);
            if (response.StatusCode == HttpStatusCode.Forbidden) throw await _authorization.RefusalAsync(error, request.Scope, cancellationToken);
            var who = elsewhere is null ? Endpoint.Domain : $"{Endpoint.Domain}: {elsewhere}";
            throw new RegistryException($"{who} refused {request.Method} {ShownText.Of(request.Address.AbsolutePath)} ({error}).", error);
        }
    }

    /// <summary>Reads a registry's own words, which are known to be few.</summary>
    /// <exception cref="DeliveryException">They are more, or a web page.</exception>
    public async Task<byte[]> ReadAsync(HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        var content = await ReadAsync(response, limit, _stallTimeout, _time, Endpoint.Domain, Elsewhere(response), cancellationToken);
        // Some registries call everything text/html.
        return !content.AsSpan().TrimStart("\uFEFF \t\r\n"u8).StartsWith("<"u8) ? content
            : throw NotARegistry($"{ShownText.Of(response.RequestMessage!.RequestUri!.GetLeftPart(UriPartial.Path))} is a web page.");
    }

    /// <summary>The error of an address where no registry is.</summary>
    public DeliveryException NotARegistry(string what, Exception? cause = null) =>
        new($"{Endpoint.Domain} answers, but not as a registry: {what} Check the address given by --registry.", cause);

    /// <summary>Reads a body that is known to be small.</summary>
    /// <exception cref="DeliveryException">It is larger, or does not end.</exception>
    public static async Task<byte[]> ReadAsync(
        HttpResponseMessage response, int limit, TimeSpan stallTimeout, TimeProvider time, string domain, string? server, CancellationToken cancellationToken)
    {
        await using var stream = new ResponseStream(response, await response.Content.ReadAsStreamAsync(cancellationToken), stallTimeout, time, server);
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int count; (count = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            content.Write(buffer, 0, count);
            if (content.Length > limit)
                throw new DeliveryException($"{domain}: {ShownText.Of(response.RequestMessage?.RequestUri?.AbsolutePath)} is larger than {limit} bytes.");
            if (stream.Waited > MostStalls * stallTimeout)
                throw new DeliveryException($"{domain}: {ShownText.Of(response.RequestMessage?.RequestUri?.AbsolutePath)} did not end within {MostStalls * stallTimeout.TotalSeconds:0.#} s. Check the network and the registry.");
        }

        return content.ToArray();
    }

    /// <summary>The body as a stream that does not wait for ever. Disposing it disposes the response.</summary>
    public async Task<Stream> OpenAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        new ResponseStream(response, await response.Content.ReadAsStreamAsync(cancellationToken), _stallTimeout, _time, Elsewhere(response));

    public void Dispose()
    {
        _http.Dispose();
        _authorization.Dispose();
    }

    private Task<HttpResponseMessage> AskTokenServiceAsync(
        RegistryRequest request, AuthenticationHeaderValue? header, CancellationToken cancellationToken) =>
        SendOnceAsync(request, header, cancellationToken, isForToken: true);

    private async Task<HttpResponseMessage> SendOnceAsync(
        RegistryRequest request, AuthenticationHeaderValue? header, CancellationToken cancellationToken, bool isForToken = false)
    {
        using var guard = new StallGuard(_stallTimeout + request.ExtraPatience, cancellationToken);
        var next = request;
        for (var followed = 0; followed <= Redirection.Longest; followed++)
        {
            Redirection.EnsureIsWeb(Endpoint, next.Address);
            var response = await SendOrFailAsync(next, Redirection.IsSameServer(request.Address, next.Address) ? header : null, guard, isForToken);
            try
            {
                if (Redirection.Next(Endpoint, next, response) is not { } following) return response;
                next = following;
            }
            catch (DeliveryException)
            {
                response.Dispose();
                throw;
            }

            response.Dispose();
        }

        throw Redirection.TooMany(Endpoint);
    }

    private async Task<HttpResponseMessage> SendOrFailAsync(
        RegistryRequest request, AuthenticationHeaderValue? header, StallGuard guard, bool isForToken)
    {
        try
        {
            return await SendAsync(request, header, guard);
        }
        // The last of these is how a connection ends that is not made in time.
        catch (Exception exception) when (exception is HttpRequestException or TimeoutException or OperationCanceledException { InnerException: TimeoutException }
            && FailureOf(request, exception, isForToken) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>Sends one message, and again without an expectation that the server does not meet. Source: RFC 9110, section 10.1.1.</summary>
    private async Task<HttpResponseMessage> SendAsync(RegistryRequest request, AuthenticationHeaderValue? header, StallGuard guard)
    {
        while (true)
        {
            using var message = request.ToMessage(guard);
            message.Headers.Authorization = header;
            if (_refusesExpectations) message.Headers.ExpectContinue = false;
            var response = await guard.RunAsync(token => _http.SendAsync(message, token));
            if (response.StatusCode != HttpStatusCode.ExpectationFailed || message.Headers.ExpectContinue != true) return response;
            response.Dispose();
            _refusesExpectations = true;
        }
    }

    /// <summary>The error that reports a server's failure; null where the exception itself is enough.</summary>
    private Exception? FailureOf(RegistryRequest request, Exception exception, bool isForToken)
    {
        var server = isForToken ? RegistryAuthorization.ServiceAt(request.Address) : Elsewhere(request.Address);
        if (exception.InnerException is AuthenticationException tls) return Untrusted(server, tls, exception);
        // Where the body comes from failed, and not where it goes.
        if (exception.InnerException is TransientException) return null;
        // What has no body is sent again by .NET itself when a connection ends: it may have arrived before. What a token is for was not sent yet.
        var isRefusal = isForToken || (request.Body is not null
            && (exception is OperationCanceledException || (exception is HttpRequestException http && TransientFault.IsBeforeRequest(http))));
        if (TransientFault.Reason(exception) is not { } reason)
        {
            var who = server is null ? Endpoint.Domain : $"{Endpoint.Domain}: {server}";
            return isRefusal ? new DeliveryException($"{who} cannot be connected to: {exception.GetBaseException().Message}", exception) : null;
        }

        return server is null && !isRefusal ? null
            : new TransientException(server is null ? reason : $"{server}: {reason}", innerException: exception) { IsRefusal = isRefusal };
    }

    private DeliveryException Untrusted(string? server, AuthenticationException tls, Exception cause)
    {
        var who = server is null ? $"The registry {Endpoint.Domain}" : $"{Endpoint.Domain}: {server}";
        var file = OperatingSystem.IsLinux() ? ", or name a file with all trusted ones in SSL_CERT_FILE" : "";
        var named = _options.AuthorityName is { } authority ? $" Or put the authority's certificate into {authority}." : "";
        return new DeliveryException(
            tls.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase)
                ? $"{who} has a certificate that this machine does not trust ({(_notTrusted ?? tls.Message).TrimEnd('.')}). Install its certificate authority{file}.{named}"
                : server is null && _options.PlainHttpName is { } plain ? $"{who} does not speak TLS; plain http, which anyone on the way can read, is spoken only where it is named: {plain}"
                : server is null ? $"{who} does not speak TLS; plain http, which anyone on the way can read, is spoken with registries on loopback only."
                : $"{who} does not speak TLS, and its address says https. The registry's operator has to mend that.",
            cause);
    }
}
