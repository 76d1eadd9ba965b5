using System.Net.Sockets;
using System.Security.Authentication;

namespace Acci.Oci.Retries;

/// <summary>Tells failures that may be gone the next time from those that will not, and says the former in a few words.</summary>
internal static class TransientFault
{
    /// <summary>Whether an answer was waited for in vain, and the failure began when the wait did.</summary>
    public static bool IsSilence(Exception exception) =>
        exception is TimeoutException or OperationCanceledException or TransientException { InnerException: TimeoutException or OperationCanceledException };

    /// <summary>Whether it failed before anything of the request was sent: the name does not resolve, nobody listens, TLS or the proxy refuses.</summary>
    public static bool IsBeforeRequest(HttpRequestException exception) => exception.HttpRequestError
        is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;

    /// <summary>Why the operation failed, or null when trying again would not help.</summary>
    public static string? Reason(Exception exception) => exception switch
    {
        TransientException or TimeoutException => exception.Message.TrimEnd('.'),
        HttpRequestException { StatusCode: { } status } => TransientException.IsTransient(status) ? $"{(int)status} {status}" : null,
        // A certificate does not become valid by asking again; a connection that broke during the handshake may hold the next time.
        HttpRequestException { InnerException: AuthenticationException } => null,
        // An answer that is larger than is taken will be as large again.
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => null,
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "the TLS handshake broke off",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "the name does not resolve",
        // What a TLS stream throws when the connection is cut in the middle of a record; files of our own that fail are no such exception (see BlobContent).
        HttpRequestException { InnerException: IOException { InnerException: null } cut } when cut.GetType() == typeof(IOException) => "the connection broke off",
        HttpRequestException { InnerException: { } inner } => Reason(inner),
        HttpRequestException { HttpRequestError: not (HttpRequestError.Unknown or HttpRequestError.UserAuthenticationError) } => exception.Message.TrimEnd('.'),
        HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded } => "the connection broke off before the answer was complete",
        IOException { InnerException: SocketException socket } => Reason(socket),
        HttpIOException => exception.Message.TrimEnd('.'),
        SocketException socket => socket.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "connection refused",
            SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => "the connection broke off",
            SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => "the name does not resolve",
            SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.HostDown => "no route to the host",
            SocketError.TimedOut => "no answer to the connection attempt",
            _ => socket.Message.TrimEnd('.'),
        },
        OperationCanceledException { InnerException: TimeoutException timeout } => timeout.Message.TrimEnd('.'),
        _ => null,
    };
}
