using Acci.Oci;
using static Acci.Delivery.Tests.Buildx.PartsWorld;

namespace Acci.Delivery.Tests.Buildx;

/// <summary>A secret that one machine's build context had is the merged image's, too.</summary>
[Collection(nameof(AlteredLog))]
public sealed class SecretOfPartTests : IAsyncLifetime
{
    private PartsWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await PartsWorld.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _world.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_record_of_the_merged_image_names_it()
    {
        _world.Registry = "127.0.0.1:5000/team";
        await _world.BuiltAsync("1", [Platform.LinuxAmd64], record: Tried);
        await _world.BuiltAsync("2", [Platform.LinuxArm64], record: x => Tried(x) with { ContextSecret = "deploy/compose/secrets/prod/PASSWORD" });

        await _world.MergeAsync();

        Assert.Equal("deploy/compose/secrets/prod/PASSWORD", _world.Record.ContextSecret);
    }
}
