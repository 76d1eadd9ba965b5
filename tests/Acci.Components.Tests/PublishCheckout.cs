using Acci.Testing;

namespace Acci.Components.Tests;

/// <inheritdoc/>
internal sealed class PublishCheckout : SampleCheckout
{
    private PublishCheckout(string registry, string mirror)
        : base(registry, mirror)
    {
    }

    /// <inheritdoc cref="SampleCheckout.CreateAsync"/>
    public static new async Task<PublishCheckout> CreateAsync(RegistryServer server, string? domain = null, string? cosign = null)
    {
        var checkout = new PublishCheckout(NewRegistry(domain ?? server.Domain), server.Domain);
        await checkout.PrepareAsync(server, cosign);
        return checkout;
    }
}
