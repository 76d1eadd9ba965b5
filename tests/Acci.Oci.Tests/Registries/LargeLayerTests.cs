using Acci.Testing;

namespace Acci.Oci.Tests.Registries;

/// <summary>Alone, so that what is measured is this and nothing else.</summary>
[Collection(nameof(LargeLayerTests))]
[CollectionDefinition(nameof(LargeLayerTests), DisableParallelization = true)]
public sealed class LargeLayerTests : IAsyncLifetime
{
    private const long LayerSize = 1024 * 1024 * 1024;
    private const long AllowedMemory = 100 * 1024 * 1024;

    private readonly RegistryServer _server = new();
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _server.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_layer_of_a_gibibyte_is_pushed_in_a_little_memory()
    {
        var layout = await LayoutBuilder.WriteAsync(_folder.Path, LayerSize);
        var repository = _server.NewRepository();
        using var registry = _server.Connect();

        var peak = await PeakAsync(() => registry.PushAsync(layout, repository, cancellationToken: Cancellation));

        Assert.InRange(peak, 0, AllowedMemory);
    }

    /// <summary>By how much the process grew at most while it did this.</summary>
    private static async Task<long> PeakAsync(Func<Task> action)
    {
        GC.Collect();
        var before = Environment.WorkingSet;
        var peak = 0L;
        var work = action();
        while (!work.IsCompleted)
        {
            peak = Math.Max(peak, Environment.WorkingSet - before);
            await Task.Delay(10, Cancellation);
        }

        await work;
        return peak;
    }
}
