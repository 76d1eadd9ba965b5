using System.Net;

namespace Acci.Oci.Registries;

/// <summary>A registry, or its token service, refused a request, and would refuse it again.</summary>
public sealed class RegistryException : DeliveryException
{
    internal RegistryException(string message, RegistryError error)
        : base(message) => (StatusCode, Codes) = (error.StatusCode, error.Codes);

    /// <summary>The answer's status.</summary>
    public HttpStatusCode StatusCode { get; }

    /// <summary>The registry's error codes, such as <c>DENIED</c>. Source: OCI distribution specification 1.1, section "Error Codes".</summary>
    public IReadOnlyList<string> Codes { get; }
}
