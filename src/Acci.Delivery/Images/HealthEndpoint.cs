namespace Acci.Delivery.Images;

/// <summary>Where a started container says over plain HTTP that it is well.</summary>
/// <param name="Path">The path, with its leading slash: <c>/health</c>.</param>
/// <param name="Port">The container's own port.</param>
public sealed record HealthEndpoint(string Path, int Port);
