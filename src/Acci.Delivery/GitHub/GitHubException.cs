using System.Net;

namespace Acci.Delivery.GitHub;

/// <summary>GitHub refused what it was asked, and would refuse it again.</summary>
public sealed class GitHubException : DeliveryException
{
    internal GitHubException(string message, HttpStatusCode status, Exception cause)
        : base(message, cause) => StatusCode = status;

    /// <summary>The answer's status.</summary>
    public HttpStatusCode StatusCode { get; }
}
